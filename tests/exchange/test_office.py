from records.exchange.office import example, read_office
from records.operations import office

CENTRES = """
[[centres]]
key = "yunxi"
name = "云溪县政务服务中心"
level = "county"
code = "990726"
address = "云溪县政通路1号"
phone = "0000-1000000"

[[centres]]
key = "dongpo"
name = "东陂镇便民服务中心"
level = "township"
code = "990726101"
address = "东陂镇镇政府一楼"
phone = "0000-1000101"
parent = "yunxi"
hours = "逢集日8:00至12:00"
"""


def bare():
    text = example()
    start = text.find("[[centres]]")
    return text if start < 0 else text[:start]


def test_an_office_may_name_its_centres():
    described, findings = read_office(bare() + CENTRES, name="office.toml")
    assert findings == ()
    assert [(row["key"], row["level"], row["parent"], row["hours"]) for row in described["centres"]] == [
        ("yunxi", "county", "", ""),
        ("dongpo", "township", "yunxi", "逢集日8:00至12:00"),
    ]


def test_an_office_without_centres_has_none():
    described, findings = read_office(bare(), name="office.toml")
    assert (findings, described["centres"]) == ((), ())


def test_everything_wrong_with_the_centres_is_told():
    broken = bare() + CENTRES.replace('level = "township"', 'level = "town"').replace(
        'code = "990726101"', 'code = "99072610"'
    ).replace('address = "东陂镇镇政府一楼"\n', "")
    described, findings = read_office(broken, name="office.toml")
    assert described is None
    assert sorted((found.code, found.subject) for found in findings) == [
        ("office.form", "centres.1.code"),
        ("office.form", "centres.1.level"),
        ("office.missing", "centres.1.address"),
    ]
    senseless = CENTRES.replace('parent = "yunxi"', 'parent = "moon"').replace(
        'key = "dongpo"', 'key = "yunxi"'
    )
    _, findings = read_office(bare() + senseless, name="office.toml")
    assert [(found.code, found.subject) for found in findings] == [
        ("office.double", "centres.1.key"),
        ("office.centre-unknown", "centres.1.parent"),
    ]


def test_the_operations_offer_the_file_too():
    assert office.read_office is read_office
