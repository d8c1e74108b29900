import pytest

pytest.register_assert_rewrite("records.indexes.fulltext.contract")
