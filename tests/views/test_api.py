from __future__ import annotations

import json
from datetime import timedelta

import pytest
import yaml
from openapi_spec_validator import validate
from pyramid.interfaces import IRoutesMapper
from pyramid.predicates import RequestMethodPredicate
from webtest import TestApp

from records.exchange import samples
from records.exchange.guides import shipped_guides
from records.operations.people import issue_token
from tests.office import ANOTHER, CITIZEN, CLERK, REVIEWER

BASE = "/api/v1"


def token(office, who: str = CLERK, *scopes: str, days: int = 30) -> dict[str, str]:
    until = office.clock.today() + timedelta(days=days)
    made = office.do(
        who,
        lambda act: issue_token(act, act.site.people[who], label="测试", scopes=scopes or ["*"], until=until),
    )
    return {"Authorization": f"Bearer {made}"}


def reads(office) -> list[tuple[str, str, str]]:
    folder = office.services.access.folder
    lines = [
        json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()
    ]
    return [(line["by"], line["read"], line["on"]) for line in lines]


@pytest.fixture
def api(office) -> TestApp:
    return TestApp(office.app)


def problem(answer, status: int) -> list[tuple[str, str]]:
    assert (answer.status_int, answer.content_type) == (status, "application/problem+json")
    body = answer.json
    assert body["status"] == status
    assert body["type"].startswith("about:blank")
    assert body["title"]
    return [(found["code"], found["subject"]) for found in body["findings"]]


def test_the_description_is_openapi_3_1(api):
    specification = api.get(f"{BASE}/openapi.json").json
    assert specification["openapi"] == "3.1.0"
    validate(specification)


def test_the_description_names_exactly_the_routes_there_are(office, api):
    paths = api.get(f"{BASE}/openapi.json").json["paths"]
    described = {(BASE + path, method.upper()) for path, methods in paths.items() for method in methods}
    routes = office.app.registry.getUtility(IRoutesMapper).get_routes()
    laid = {
        (route.path, method)
        for route in routes
        if route.path.startswith(BASE)
        for predicate in route.predicates
        if isinstance(predicate, RequestMethodPredicate)
        for method in predicate.val
    }
    assert described == laid - {(path, "HEAD") for path, _ in laid}
    assert len(laid) > 25


def test_a_verb_of_a_case_answers_with_the_case_and_its_next_etag(office, api):
    case = office.case(office.applicant())
    headers = token(office)
    before = api.get(f"{BASE}/dossiers/{case}", headers=headers)
    done = api.post_json(f"{BASE}/dossiers/{case}/receive", {}, headers=headers)
    assert (done.json["id"], done.json["state"], done.json["state_label"]) == (case, "received", "已收件")
    assert done.headers["ETag"] != before.headers["ETag"]
    assert api.get(f"{BASE}/dossiers/{case}", headers=headers).headers["ETag"] == done.headers["ETag"]


def test_an_etag_saves_the_body_and_guards_an_act(office, api):
    case = office.case(office.applicant())
    headers = token(office)
    etag = api.get(f"{BASE}/dossiers/{case}", headers=headers).headers["ETag"]
    same = api.get(f"{BASE}/dossiers/{case}", headers={**headers, "If-None-Match": etag})
    assert (same.status_int, same.body) == (304, b"")
    office.hand_in(case, "application", "申请书")
    stale = api.post_json(
        f"{BASE}/dossiers/{case}/receive", {}, headers={**headers, "If-Match": etag}, status=412
    )
    assert problem(stale, 412) == [("record.changed", "")]
    fresh = api.get(f"{BASE}/dossiers/{case}", headers=headers).headers["ETag"]
    api.post_json(f"{BASE}/dossiers/{case}/receive", {}, headers={**headers, "If-Match": fresh}, status=200)


def test_a_refusal_is_a_problem_with_all_findings_in_words(office, api):
    case = office.case(office.applicant())
    answer = api.post_json(f"{BASE}/dossiers/{case}/accept", {}, headers=token(office), status=409)
    assert problem(answer, 409) == [
        ("checklist.missing", line) for line in ("application", "kitchen-plan", "food-safety-rules")
    ]
    first = answer.json["findings"][0]
    assert first == {
        "code": "checklist.missing",
        "severity": "blocks",
        "subject": "application",
        "params": first["params"],
        "basis": "行政许可法 第三十二条第一款第四项",
        "message": "缺少“食品经营许可申请书”。请收取，或者一次性告知全部缺少的材料。",
    }
    assert answer.json["detail"] == " ".join(found["message"] for found in answer.json["findings"])


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff", b'"x"', b"null"])
def test_a_body_that_is_no_object_is_told(office, api, body):
    answer = api.post(
        f"{BASE}/applicants/find", body, headers=token(office), content_type="application/json", status=400
    )
    assert problem(answer, 400) == [("api.not-an-object", "")]


def test_every_field_at_fault_is_told_at_once(office, api):
    answer = api.post_json(f"{BASE}/applicants/create", {"number": 5}, headers=token(office), status=400)
    assert problem(answer, 400) == [("form.field", "number"), ("form.field", "name")]


def test_a_field_nobody_asked_for_is_told(office, api):
    answer = api.post_json(f"{BASE}/applicants/find", {"numbr": CITIZEN}, headers=token(office), status=400)
    assert [code for code, _ in problem(answer, 400)] == ["form.field"]
    assert "numbr" in answer.json["detail"]


def test_who_is_nobody_gets_401_and_who_may_not_403(office, api):
    case = office.case(office.applicant())
    path = f"{BASE}/dossiers/{case}"
    wrong = {"Authorization": f"Bearer {CLERK}.wrong"}
    for headers in ({}, wrong, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}):
        assert problem(api.get(path, headers=headers, status=401), 401) == [("permission.denied", "")]
        assert problem(api.post_json(f"{path}/accept", {}, headers=headers, status=401), 401) == [
            ("permission.denied", "")
        ]
    reviewer = token(office, REVIEWER)
    assert problem(api.post_json(f"{path}/accept", {}, headers=reviewer, status=403), 403) == [
        ("permission.denied", "")
    ]
    assert api.get(path, headers=token(office, "shangguan"), status=403).status_int == 403
    assert "欧阳䶮" not in api.get(path, headers=token(office, "shangguan"), status=403).text


def test_a_token_does_only_what_its_scopes_say_and_ends(office, api):
    case = office.case(office.applicant())
    path = f"{BASE}/dossiers/{case}"
    looking = token(office, CLERK, "dossier:view")
    assert api.get(path, headers=looking).json["id"] == case
    assert problem(api.post_json(f"{path}/receive", {}, headers=looking, status=403), 403) == [
        ("permission.denied", "")
    ]
    office.clock.advance(days=30)
    assert api.get(path, headers=looking).status_int == 200
    office.clock.advance(days=1)
    assert api.get(path, headers=looking, status=401).status_int == 401


def test_a_withdrawn_token_is_a_strangers(office, api):
    headers = token(office)

    def disable(act):
        act.site.people[CLERK].tokens = ()

    office.do(CLERK, disable)
    assert api.get(f"{BASE}/search?q=x", headers=headers, status=401).status_int == 401


@pytest.mark.parametrize("noun", ["applicants", "materials", "dossiers", "notices", "archives", "guides"])
def test_what_is_not_there_is_404(office, api, noun):
    assert problem(api.get(f"{BASE}/{noun}/none", headers=token(office), status=404), 404) == [
        ("record.unknown", "")
    ]


def test_a_verb_on_what_is_not_there_is_404(office, api):
    answer = api.post_json(f"{BASE}/dossiers/none/accept", {}, headers=token(office), status=404)
    assert problem(answer, 404) == [("record.unknown", "")]


def test_an_idempotency_key_holds_for_one_person_and_one_path(office, api):
    headers = token(office)
    key = {**headers, "Idempotency-Key": "1"}
    first = api.post_json(f"{BASE}/applicants/create", {"number": ANOTHER, "name": "司马相如"}, headers=key)
    again = api.post_json(f"{BASE}/applicants/create", {"number": ANOTHER, "name": "司马相如"}, headers=key)
    assert (first.status_int, again.status_int, again.json) == (201, 201, first.json)
    assert again.headers["Idempotent-Replay"] == "true"
    other = api.post_json(
        f"{BASE}/applicants/create", {"number": ANOTHER, "name": "司马相如"},
        headers={**token(office, "sima"), "Idempotency-Key": "1"}, status=409,
    )  # fmt: skip
    assert problem(other, 409) == [("applicant.exists", "number")]
    elsewhere = api.post_json(f"{BASE}/applicants/find", {"number": ANOTHER}, headers=key)
    assert "Idempotent-Replay" not in elsewhere.headers


def test_a_refused_call_may_be_repeated_with_its_key(office, api):
    case = office.case(office.applicant())
    key = {**token(office), "Idempotency-Key": "2"}
    api.post_json(f"{BASE}/dossiers/{case}/accept", {}, headers=key, status=409)
    for line in ("application", "kitchen-plan", "food-safety-rules"):
        office.hand_in(case, line, line, issued_on=office.clock.today())
    assert api.post_json(f"{BASE}/dossiers/{case}/accept", {}, headers=key).json["state"] == "accepted"


def test_a_material_comes_as_multipart(office, api):
    case = office.case(office.applicant())
    answer = api.post(
        f"{BASE}/dossiers/{case}/submit",
        {"line": "kitchen-plan", "issued_on": "2026-11-20", "original_seen": "true"},
        headers=token(office),
        upload_files=[("upload", "布局图.pdf", samples.text_pdf("布局图", ("布局图",)))],
    )
    shown = answer.json
    assert {
        key: shown[key] for key in ("standard", "title", "issued_on", "original_seen", "source", "status")
    } == {
        "standard": "kitchen-plan",
        "title": "主要设备设施布局和操作流程文件",
        "issued_on": "2026-11-20",
        "original_seen": True,
        "source": "submitted",
        "status": "valid",
    }
    assert [rendition["title"] for rendition in shown["renditions"]] == ["布局图.pdf"]


def test_a_submission_without_a_file_says_so(office, api):
    case = office.case(office.applicant())
    answer = api.post(
        f"{BASE}/dossiers/{case}/submit", {"line": "application"},
        headers=token(office), content_type="multipart/form-data", status=409,
    )  # fmt: skip
    assert problem(answer, 409) == [("file.missing", "upload")]


def test_a_read_of_personal_data_is_on_the_log_with_who_and_what(office, api):
    person = office.applicant()
    case = office.case(person)
    headers = token(office)
    api.get(f"{BASE}/dossiers/{case}", headers=headers)
    api.get(f"{BASE}/applicants/{person}", headers=headers)
    api.post_json(f"{BASE}/applicants/find", {"number": CITIZEN}, headers=headers)
    revealed = api.post_json(
        f"{BASE}/applicants/{person}/reveal",
        {"purpose": "核对身份"},
        headers=token(office, "admin"),
        status="*",
    )
    assert revealed.status_int == 403
    api.get(f"{BASE}/search", {"q": "欧阳䶮"}, headers=headers)
    assert reads(office) == [
        (CLERK, "dossiers.show", case),
        (CLERK, "applicants.show", person),
        (CLERK, "applicants.find", person),
        (CLERK, "search.dossiers", ""),
    ]


def test_what_cannot_be_put_on_the_log_is_not_shown(office, api):
    person = office.applicant()
    headers = token(office)
    (office.services.access.folder / f"{office.clock.today()}.jsonl").mkdir()
    answer = api.get(f"{BASE}/applicants/{person}", headers=headers, status=503)
    assert "欧阳䶮" not in answer.text


def test_nothing_shown_holds_the_full_number(office, api):
    person = office.applicant()
    shown = api.get(f"{BASE}/applicants/{person}", headers=token(office))
    assert CITIZEN not in shown.text
    assert shown.json["number_masked"].count("*") >= 8


def test_the_public_search_needs_nobody_and_shows_guides_only(office, api):
    office.case(office.applicant(name="司马相如"))
    found = api.get(f"{BASE}/public/guides", {"q": "食品经营许可"}).json
    assert (found["hits"][0]["kind"], found["hits"][0]["id"]) == ("guide", "food-business")
    assert api.get(f"{BASE}/public/guides", {"q": "司马相如"}).json["total"] == 0
    assert (
        api.get(f"{BASE}/public/guides", {"q": "食品经营许可", "after": "x.y"}).json["hits"] == found["hits"]
    )


def test_the_staff_search_takes_one_index_at_a_time(office, api):
    office.case(office.applicant())
    headers = token(office)
    assert api.get(f"{BASE}/search", {"q": "欧阳䶮"}, headers=headers).json["total"] == 1
    assert api.get(f"{BASE}/search", {"q": "欧阳䶮"}, headers=token(office, "shangguan")).json["total"] == 0
    assert problem(api.get(f"{BASE}/search", {"in": "x"}, headers=headers, status=400), 400) == [
        ("search.unknown-index", "in")
    ]


def test_what_goes_wrong_inside_a_view_changes_nothing_and_get_writes_nothing(office, api):
    case = office.case(office.applicant())
    before = office.services.database.zodb.lastTransaction()
    headers = token(office)
    last = office.services.database.zodb.lastTransaction()
    assert last != before
    api.get(f"{BASE}/dossiers/{case}", headers=headers)
    api.post_json(f"{BASE}/dossiers/{case}/accept", {}, headers=headers, status=409)
    assert office.services.database.zodb.lastTransaction() == last


@pytest.mark.parametrize("path", ["search", "public/guides"])
@pytest.mark.parametrize(
    "text", [CITIZEN, f"欧阳{CITIZEN}", "４１９９９９１９７００１０１１２２８", f"食品 {CITIZEN}"]
)
def test_a_full_number_in_an_address_is_refused_with_the_way_out(office, api, path, text):
    office.case(office.applicant())
    answer = api.get(f"{BASE}/{path}", {"q": text}, headers=token(office), status=400)
    assert problem(answer, 400) == [("search.number-in-address", "q")]
    assert "POST /api/v1/search" in answer.json["detail"]
    assert CITIZEN not in answer.text


def counted(office) -> tuple[int, int, int]:
    """Return how many changes, audit entries and kept answers there are."""
    with office.site() as site:
        kept = sum(1 for day in site.once.values() for _ in day)
        return site.feed.last, site.audit.last, kept


def test_a_number_is_searched_in_the_body_of_a_post_that_changes_nothing(office, api):
    office.case(office.applicant())
    headers = token(office)
    before = counted(office)
    found = api.post_json(f"{BASE}/search", {"q": CITIZEN}, headers=headers)
    assert (found.json["total"], CITIZEN in found.text) == (1, False)
    named = api.get(f"{BASE}/search", {"q": "欧阳䶮"}, headers=headers).json
    assert api.post_json(f"{BASE}/search", {"q": "欧阳䶮", "in": "dossiers"}, headers=headers).json == named
    assert counted(office) == before
    stranger = token(office, "shangguan")
    assert api.post_json(f"{BASE}/search", {"q": CITIZEN}, headers=stranger).json["total"] == 0
    log = b"".join(path.read_bytes() for path in office.services.access.folder.glob("*.jsonl"))
    assert CITIZEN.encode() not in log


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"q": 5}, 400, "form.field"),
        ({"q": "x", "in": "guides"}, 400, "search.unknown-index"),
        ({"words": "x"}, 400, "form.field"),
        ([], 400, "api.not-an-object"),
    ],
)
def test_a_search_that_asks_wrongly_is_told(office, api, body, status, code):
    answer = api.post_json(f"{BASE}/search", body, headers=token(office), status=status)
    assert [found for found, _ in problem(answer, status)] == [code]


def test_the_search_of_a_stranger_is_refused(office, api):
    api.post_json(f"{BASE}/search", {"q": "x"}, status=401)
    api.post_json(f"{BASE}/search", {"q": "x"}, headers=token(office, "auditor"), status=403)


def guide_text(key: str = "food-again") -> str:
    text = next(text for name, text in shipped_guides() if name == "food-business.yaml")
    return text.replace("标识: food-business", f"标识: {key}", 1)


def bring(office, api, body: str, who: str = "bailu", kind: str = "application/yaml", **more):
    return api.post(f"{BASE}/guides", body.encode(), headers=token(office, who), content_type=kind, **more)


def test_a_guide_is_brought_as_yaml_or_json_and_is_a_draft(office, api):
    made = bring(office, api, guide_text(), status=201)
    assert (made.json["key"], made.json["in_force"], made.json["versions"][0]["status"]) == (
        "food-again",
        None,
        "draft",
    )
    assert made.headers["Location"].endswith(f"{BASE}/guides/food-again")
    assert problem(bring(office, api, guide_text(), status=422), 422) == [("guide.unchanged", "")]
    plain = yaml.load(guide_text("food-json"), yaml.BaseLoader)
    made = bring(office, api, json.dumps(plain, ensure_ascii=False), kind="application/json", status=201)
    assert made.json["key"] == "food-json"


def test_a_guide_with_faults_is_refused_with_all_of_them_and_nothing_is_stored(office, api):
    bad = (
        guide_text()
        .replace("事项类型: 行政许可", "事项类型: 行政许多")
        .replace("承诺时限: 5个", "承诺时限: 五十")
    )
    answer = bring(office, api, bad, status=422)
    assert len(problem(answer, 422)) >= 2
    assert {found["severity"] for found in answer.json["findings"]} == {"blocks"}
    for nothing in ("", "[]", "x: [", "\x00"):
        bring(office, api, nothing, status=422)
    with office.site() as site:
        assert "food-again" not in site.guides


@pytest.mark.parametrize(("who", "status"), [("", 401), (CLERK, 403), ("machao", 403), ("zhoutingting", 403), ("sunguoqiang", 201)])  # fmt: skip
def test_a_guide_is_brought_by_the_editors_of_its_unit_only(office, api, who, status):
    """The folder has no unit: the right is asked of the unit that the guide itself names."""
    headers = token(office, who) if who else {}
    answer = api.post(f"{BASE}/guides", guide_text().encode(), headers=headers, status=status)
    if status == 403:
        assert problem(answer, 403) == [("permission.denied", "")]
    with office.site() as site:
        assert ("food-again" in site.guides) == (status == 201)


def test_a_guide_is_not_published_from_a_day_that_is_over(office, api):
    bring(office, api, guide_text(), status=201)
    path = f"{BASE}/guides/food-again"
    api.post_json(f"{path}/submit", {"version": 1}, headers=token(office, "bailu"))
    api.post_json(f"{path}/approve", {"version": 1}, headers=token(office, REVIEWER))
    publisher = token(office, "zhoutingting")
    late = {"version": 1, "effective_on": (office.clock.today() - timedelta(days=1)).isoformat()}
    answer = api.post_json(f"{path}/publish", late, headers=publisher, status=409)
    assert [code for code, _ in problem(answer, 409)] == ["guide.past-date"]
    now = {"version": 1, "effective_on": office.clock.today().isoformat()}
    assert api.post_json(f"{path}/publish", now, headers=publisher).json["in_force"] == 1
