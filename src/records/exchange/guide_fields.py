"""What an editor writes for each field of a guide file (办事指南文件): the words of the domain, for in and out."""

from __future__ import annotations

from records.domain.guide_labels import KEYS, NOT_LOCAL

__all__ = ["KEYS", "NOT_LOCAL"]
