"""Made scenarios: the same for a seed, as the assumptions say, and without a trace of their truth in what is played."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bench.scenarios.__main__ import main
from bench.scenarios.assumptions import SeeingAssumed, load_assumptions
from bench.scenarios.generating import HELD_OUT_SEEDS, TUNING_SEEDS, Made, make, write
from bench.scenarios.happening import LEAD_S, happen
from bench.scenarios.layout import TRUTH, ReportInput, SeenInput, StatusInput
from bench.scenarios.life import Visit, fled, standing
from bench.scenarios.loading import load, load_truth, observations, scenario_folders
from bench.scenarios.normal import HOUR_S, normal_hours
from bench.scenarios.playing import Player
from bench.scenarios.reporting import ReportingPartners, numbered
from bench.scenarios.showing import Happening, shown, spans
from bench.scenarios.town import CAMERAS, CENTRE, ZONE_M2, registry
from schemas.categories import Priority
from streams.config.files import load_rules
from streams.domain.cameras.registry import Registry

ASSUMED = load_assumptions()
HOURS = 0.15


@pytest.fixture(scope="module")
def made() -> Made:
    """Return some minutes of New Year's Eve."""
    return make("new_year", 7, HOURS)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_seed_gives_the_same_files_again_and_another_seed_others(made: Made, tmp_path: Path) -> None:
    """Byte for byte."""
    first, again = write(tmp_path / "one", made), write(tmp_path / "two", make("new_year", 7, HOURS))
    assert _files(first) == _files(again)
    assert _files(write(tmp_path / "other", make("new_year", 8, HOURS))) != _files(first)


def test_seeds_to_tune_on_and_to_report_on_are_apart() -> None:
    """No scenario is both looked at and reported on."""
    assert not set(TUNING_SEEDS) & set(HELD_OUT_SEEDS)


def test_what_is_written_is_read_again(made: Made, tmp_path: Path) -> None:
    """Inputs, truth and cameras come back as they were made."""
    folder = write(tmp_path, made)
    loaded = load(folder)
    assert loaded.scenario == made.scenario
    assert list(loaded.inputs) == list(made.inputs)
    assert load_truth(folder) == made.truth
    assert loaded.registry == Registry.model_validate(registry())


def test_truth_never_reaches_what_is_played(made: Made, tmp_path: Path) -> None:
    """The inputs hold no id and no true priority of a situation, and are played the same where there is no truth."""
    folder = write(tmp_path, made)
    inputs = (folder / "inputs.jsonl").read_text()
    assert made.truth.situations
    assert not any(f'"{each.id}"' in inputs for each in made.truth.situations)
    assert "false_report" not in inputs
    before = Player(load(folder), load_rules()).play()
    (folder / TRUTH).unlink()
    after = Player(load(folder), load_rules()).play()
    assert before.alerts == after.alerts
    assert before.alerts


def test_ids_of_reports_tell_only_the_order_of_arrival() -> None:
    """Reports of one thing are not numbered together."""
    start = make("quiet", 1, 0.05).scenario.start
    chance = np.random.default_rng(1)
    things = happen(chance, ASSUMED, ASSUMED.scenarios["new_year"], 3_600).things
    partners = ReportingPartners(chance, ASSUMED, start)
    sent = [line for number, thing in enumerate(things) for line in partners.lines(number, thing, 3_600)]
    ids = numbered(sent)
    first = {call: min(each.at_s for each in sent if each.call == call) for call in ids}
    of_one = sorted((first[call], ids[call]) for call in ids if ids[call].startswith("politie-gms"))
    assert [name for _, name in of_one] == sorted(name for _, name in of_one)
    assert len(of_one) > 10


def test_inputs_stand_in_the_order_of_arrival_within_the_time_and_place(made: Made) -> None:
    """Nothing arrives before the line above it or after the end, and all lies in the sanity box."""
    times = [each.at_s for each in made.inputs]
    assert times == sorted(times)
    assert all(0 <= each <= made.scenario.duration_s + 60 for each in times)
    places = [
        each.line["position"] for each in made.inputs if isinstance(each, ReportInput) and "position" in each.line
    ]
    assert all(52.24 < place["lat"] < 52.34 and 4.79 < place["lon"] < 4.91 for place in places)
    assert places


def test_every_true_situation_is_told_by_somebody(made: Made) -> None:
    """Each report of the truth stands in the inputs, and each of the inputs in the truth, once."""
    given = {(each.line["source"], each.line["source_id"]) for each in made.inputs if isinstance(each, ReportInput)}
    true = [(ref.source, ref.source_id) for each in made.truth.situations for ref in each.reports]
    assert len(true) == len(set(true))
    assert set(true) == given


def test_false_reports_need_no_operator() -> None:
    """Where nothing was, nobody is needed, whatever the partner said."""
    situations = [each for seed in (1, 2) for each in make("new_year", seed, 1.0).truth.situations]
    false = [each for each in situations if each.false_report]
    assert false
    assert all(not each.needs_operator for each in false)


def test_situations_come_at_their_rates() -> None:
    """Over many days the number of a kind lies within four standard deviations of its rate."""
    kind, setting, hours = ASSUMED.kinds["medical"], ASSUMED.scenarios["quiet"], 4
    expected = 40 * kind.per_day * setting.rate("medical") * (hours * 3_600 + LEAD_S) / 86_400
    worlds = [happen(np.random.default_rng(seed), ASSUMED, setting, hours * 3_600) for seed in range(40)]
    found = sum(thing.reports == kind.reports for world in worlds for thing in world.things)
    assert abs(found - expected) < 4 * expected**0.5


@pytest.mark.parametrize("persons", [1, 10, 30, 200, 450])
def test_a_detector_finds_as_many_as_was_measured(persons: int) -> None:
    """Of few nearly all, of a crowd the share that its density allows, and some boxes on nobody."""
    seconds = 20_000  # misses last some seconds
    happening = Happening(np.full(seconds, float(persons)))
    told = shown(np.random.default_rng(3), CAMERAS[0], happening, seconds, ASSUMED.seeing, ASSUMED.life)
    known, read = zip(*ASSUMED.seeing.read, strict=True)
    expected = np.interp(persons / ZONE_M2, known, read) * ZONE_M2 / ASSUMED.seeing.precision
    assert float(told.count.mean()) == pytest.approx(expected, rel=0.05)


def test_who_cannot_see_tells_nothing_and_who_is_away_is_silent() -> None:
    """A blind camera's seconds are told as blind with nobody in them, those without pictures not at all."""
    happening = Happening(np.full(60, 5.0), offline=[(20, 30)], blind=[(40, 50)])
    told = shown(np.random.default_rng(3), CAMERAS[1], happening, 60, ASSUMED.seeing, ASSUMED.life)
    found = list(spans(CAMERAS[1], told, np.arange(60, dtype=np.float64) + 1.8))
    seconds = {each.second_s + offset: each for each in found for offset in range(each.for_s)}
    assert set(seconds) == set(range(60)) - set(range(20, 30))
    blind = [seconds[second] for second in range(40, 50)]
    assert all(each.visibility == "blinded" and each.count == 0 for each in blind)
    assert all(each.visibility == "clear" for second, each in seconds.items() if second < 20)


def test_a_stay_is_told_as_long_as_its_track_holds() -> None:
    """Somebody who stays for a minute is seen to stay, and becomes one of a group after twenty seconds."""
    happening = Happening(np.zeros(120), visits=[Visit(10, 70)])
    assumed = ASSUMED.seeing.model_copy(update={"track_s": 1e9, "ghosts_per_hour": 0.0})
    told = shown(np.random.default_rng(3), CAMERAS[2], happening, 120, assumed, ASSUMED.life)
    seen = np.flatnonzero(told.count)
    assert seen.min() >= 10
    assert seen.max() < 70
    assert (told.dwell_s[seen] == seen - 10).all()
    assert told.fastest_m_per_s[13:69].max() == 1.3
    assert (told.group[:30] == 0).all()
    assert told.group[30:70].sum() > 30


def test_outages_are_told_as_states() -> None:
    """Each camera that goes away is said to be away, and to be back."""
    made = make("storm", 1, 2.0)
    states = [(each.aspect, each.state.value) for each in made.inputs if isinstance(each, StatusInput)]
    assert states.count(("stream", "offline")) == ASSUMED.scenarios["storm"].offline
    assert states.count(("view", "degraded")) == ASSUMED.scenarios["storm"].blind
    assert any(isinstance(each, SeenInput) and each.visibility == "blinded" for each in made.inputs)


def test_priorities_are_those_of_the_kinds() -> None:
    """A true priority is the kind's, P4 where nothing was, or that of a crowd's true density; nothing computes it."""
    allowed = {(kind.category, kind.priority) for kind in ASSUMED.kinds.values()}
    for each in make("new_year", 3, 2.0).truth.situations:
        crowd = any(episode.category.value == "crowd_density" for episode in each.episodes)
        left = each.category.value == "verdacht_voorwerp" and each.priority is Priority.P2
        assert each.false_report or crowd or left or (each.category, each.priority) in allowed


def test_the_town_lies_in_the_sanity_box_and_its_registry_is_one() -> None:
    """The cameras' views do not overlap, so that a camera sees what is before it alone."""
    assert 114_000 < CENTRE.x_m < 123_000
    assert 472_000 < CENTRE.y_m < 484_000
    assert len({camera.name for camera in CAMERAS}) == len(Registry.model_validate(registry()).cameras)
    for one in CAMERAS:
        for other in CAMERAS:
            apart = max(abs(one.x_m - other.x_m), abs(one.y_m - other.y_m))
            assert one is other or apart > 40


def test_the_program_writes_one_scenario_of_each_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And tells where."""
    monkeypatch.setattr("sys.argv", ["bench.scenarios", "--seed", "9", "--hours", "0.02", "--out", str(tmp_path)])
    main()
    kinds = {path.name.rsplit("-", 1)[0] for path in scenario_folders(tmp_path)}
    assert kinds == set(ASSUMED.scenarios)
    assert len(capsys.readouterr().out.splitlines()) == len(kinds)


def _quiet_seeing() -> SeeingAssumed:
    return ASSUMED.seeing.model_copy(update={"ghosts_per_hour": 0.0, "run_seen": 1.0, "precision": 1.0})


def test_what_is_measured_is_what_happens() -> None:
    """Ten who stand together, one who runs by, and all gone at once: each shows in its measure, and in no other."""
    chance = np.random.default_rng(5)
    visits = [Visit(20, 100, 1.4, True, 1) for _ in range(10)] + [Visit(60, 70, 4.5)]
    happening = Happening(np.zeros(150), visits=visits)
    told = shown(chance, CAMERAS[0], happening, 150, _quiet_seeing(), ASSUMED.life)
    assert told.standing_together[30:95].mean() > 8
    assert told.standing_together[:20].max() == told.standing_together[105:].max() == 0
    assert told.fastest_m_per_s[62:69].min() == 4.5
    assert told.fastest_m_per_s[75:95].max() < 2
    assert told.dropped[100:105].max() >= 8
    assert told.dropped[30:60].max() <= 2


def test_who_flees_is_gone_and_only_some_are_told_as_running() -> None:
    """Of flights with four and more about two of three are told, as measured."""
    told_ = 0
    for seed in range(200):
        chance = np.random.default_rng(seed)
        company = standing(chance, 4, (0, 300), 5, False, ASSUMED.life, 1)
        visits = fled(chance, company, 100, ASSUMED.seeing)
        assert max(each.until_s for each in visits) <= 111
        told_ += int(any(each.fastest_m_per_s >= 2.5 for each in visits))
    assert 0.54 < told_ / 200 < 0.8


def test_every_observation_carries_measures_and_a_camera_without_metres_no_metres(made: Made) -> None:
    """Speeds and distances are null where no metre is known."""
    spans_ = [each for each in made.inputs if isinstance(each, SeenInput)]
    without = {camera.name for camera in CAMERAS if not camera.metres}
    for each in spans_:
        assert (each.fastest_m_per_s is None) == (each.camera_id in without)
    (_, first), *_ = observations(spans_[0], made.scenario.start, "stad")
    assert first.measures is not None
    assert first.measures == first.view
    assert first.measures.persons == first.count


def test_reports_about_nothing_in_view_are_enough_to_know_what_a_verdict_is_worth() -> None:
    """At least 150 in the set that rules are looked at with; nothing is shown of them."""
    kinds = [make("doubtful", seed) for seed in TUNING_SEEDS]
    situations = [each for made_ in kinds for each in made_.truth.situations if each.in_view_of]
    assert sum(each.false_report for each in situations) >= 150
    assert sum(not each.false_report for each in situations) >= 75
    assert not any(made_.scenario.listed for made_ in kinds)


def test_normal_days_are_ordinary_and_none_of_a_scenario() -> None:
    """Four weeks of one hour before a day, the same again; runs are as rare as in a quiet hall and in streets."""
    zone, until = ZoneInfo("Europe/Amsterdam"), date(2026, 11, 24)
    hours = list(normal_hours("markt", until, zone, (13,)))
    assert [hour.start.date() for hour in hours] == [until - timedelta(days=back) for back in range(28, 0, -1)]
    assert all(hour.persons.shape == (HOUR_S,) for hour in hours)
    again = next(normal_hours("markt", until, zone, (13,)))
    assert (again.persons == hours[0].persons).all()
    runs = 0
    for hour in hours:
        assert hour.fastest_m_per_s is not None
        fast = hour.fastest_m_per_s > 2.4
        runs += int((fast[1:] & ~fast[:-1]).sum())
    assert 0.6 < runs / 28 < 4.0
    assert all(hour.fastest_m_per_s is None for hour in normal_hours("winkelhof", until, zone, (3,)))
