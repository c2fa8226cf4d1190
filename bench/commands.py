"""`toezicht bench`: speed, each figure beside its own limit measured in the same run."""

from __future__ import annotations

import json
import logging
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cameras.commands import register as register_cameras
from bench.compliance.commands import register as register_compliance
from bench.console.commands import register as register_console
from bench.intake.commands import register as register_intake
from bench.intake_http.commands import register as register_intake_http
from bench.scale.commands import register as register_scale
from bench.soak.commands import register as register_soak
from bench.start.commands import register as register_start
from bench.workers.commands import register as register_workers
from streams.cli.options import require_vision, say
from streams.errors import ConfigurationError
from streams.local.cluster import cluster
from streams.local.pipeline import BrokerSection
from streams.process import start_logging
from streams.settings import checked_device, read_settings

if TYPE_CHECKING:
    from bench.quiet.stream import StreamKind


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Measure speed beside its own limit.", no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(group, name="bench")

    @group.callback()
    def about() -> None:
        """Measure speed beside its own limit, in the same run on the same machine."""

    @group.command()
    def flow(
        reports: Annotated[int, typer.Option(min=10, help="Reports per round")] = 3_000,
        pairs: Annotated[int, typer.Option(min=1, help="Adjacent pairs of rounds; medians are told")] = 5,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Reports per second through intake, locate, corroborate and decide to the alert, in one worker.

        Beside it a chain of as many plain Faust agents that await nothing, with one table at the end, on the same broker.
        Each report is corroborated by a camera, so it causes two versions of an alert and nine messages in all.
        """
        from bench.flow.measure import measure

        settings, kafka = read_settings()
        with tempfile.TemporaryDirectory(prefix="toezicht-bench-") as scratch:
            settings = settings.model_copy(update={"data": Path(scratch), "log_level": "WARNING"})
            start_logging(settings)
            with cluster(settings, kafka, BrokerSection(port=0), say) as reached:
                result = measure(reached.bootstrap_servers, reports, pairs, Path(scratch), say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:20} {value}" for name, value in result.items()))

    @group.command()
    def detect(
        pairs: Annotated[int, typer.Option(min=1, help="Adjacent pairs of rounds; medians are told")] = 5,
        seconds: Annotated[float, typer.Option(min=2, help="How long each round lasts, in seconds")] = 12,
        device: Annotated[
            str | None, typer.Option(help="auto, or cuda (cuda:1) for a graphics card; TOEZICHT_DEVICE if left out")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Pictures per second of eight cameras through the worker `detect`, beside its model alone.

        The worker from a backlog and with a live producer; then the time from capture to detection at 50, 80 and 120 % of
        that, with what is dropped. Pictures come from TOEZICHT_DEMO_VIDEO, or are made; the model from TOEZICHT_MODELS:
        OpenVINO's, or with `--device cuda` yolo11n.engine or yolo11n.pt. Without such a card nothing is started: exit code 2.

        Example: toezicht bench detect --pairs 1 --seconds 5
        """
        require_vision()
        settings, kafka = read_settings()
        try:
            device = checked_device(device or settings.device)
        except ValueError as error:
            raise ConfigurationError("command line", "--device", device, str(error)) from None
        from bench.detect.measure import measure
        from bench.detect.subject import subject_of

        subject = subject_of(settings.model_copy(update={"device": device}))
        start_logging(settings.model_copy(update={"log_level": "WARNING"}))
        with tempfile.TemporaryDirectory(prefix="toezicht-detect-") as scratch:
            folder = Path(scratch)
            with cluster(settings.model_copy(update={"data": folder}), kafka, BrokerSection(port=0), say) as reached:
                result = measure(reached.bootstrap_servers, pairs, seconds, folder, subject, say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:12} {value}" for name, value in result.items()))

    register_cameras(group)
    register_decide(group)
    register_notify(group)
    register_dispatch(group)
    register_faults(group)
    register_cluster(group)
    register_quiet(group)
    register_soak(group)
    register_start(group)
    register_console(group)
    register_intake(group)
    register_intake_http(group)
    register_compliance(group)
    register_scale(group)
    register_workers(group)


def register_notify(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def notify(
        messages: Annotated[int, typer.Option(min=10, help="Messages per round")] = 300,
        per_s: Annotated[float, typer.Option(min=0.1, max=1_000, help="Messages a second")] = 20.0,
        pairs: Annotated[int, typer.Option(min=1, help="Adjacent pairs of rounds")] = 3,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Milliseconds from a message on a partner's topic to its signed webhook being received. Goal: p99 below 500 ms.

        Beside it, by turns and in the same run, a process that only reads the topic and posts, to the same server.

        Example: toezicht bench notify --messages 100 --pairs 1 --json
        """
        from bench.notify.measure import measure

        settings, kafka = read_settings()
        with tempfile.TemporaryDirectory(prefix="toezicht-notify-") as scratch:
            start_logging(settings.model_copy(update={"log_level": "WARNING"}))
            with cluster(
                settings.model_copy(update={"data": Path(scratch)}), kafka, BrokerSection(port=0), say
            ) as reached:
                result = measure(reached.bootstrap_servers, messages, per_s, pairs, Path(scratch), say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:20} {value}" for name, value in result.items()))


def register_dispatch(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def dispatch(
        confirmations: Annotated[int, typer.Option(min=10, help="Confirmations per round")] = 100,
        per_s: Annotated[float, typer.Option(min=0.1, max=100, help="Confirmations a second")] = 2.0,
        pairs: Annotated[int, typer.Option(min=1, help="Adjacent pairs of rounds")] = 3,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Milliseconds from a person's confirmation of a P1 until the partner has its signed webhook. Goal: p99 below 500 ms.

        Each is the action of one alert of its own on the operators' topic, as the console sends it; `decide`, `share` and
        `notify` run as in `deploy/pipeline.yaml`. Told leg by leg: until the request stands on its topic, until it stands
        on the partner's, until its webhook is received. Beside it, by turns and in the same run, as many processes that
        only forward, and one that only posts, to the same server.

        Example: toezicht bench dispatch --confirmations 20 --pairs 1 --json
        """
        from bench.dispatch.measure import DispatchBench

        settings, kafka = read_settings()
        with tempfile.TemporaryDirectory(prefix="toezicht-dispatch-") as scratch:
            start_logging(settings.model_copy(update={"log_level": "WARNING"}))
            with cluster(
                settings.model_copy(update={"data": Path(scratch)}), kafka, BrokerSection(port=0), say
            ) as reached:
                result = DispatchBench(reached.bootstrap_servers, Path(scratch), say).measure(
                    confirmations, per_s, pairs
                )
        print(json.dumps(result) if as_json else "\n".join(f"{name:20} {value}" for name, value in result.items()))


def register_decide(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def decide(
        events: Annotated[int, typer.Option(min=200, help="Events per round")] = 10_000,
        pairs: Annotated[int, typer.Option(min=1, help="Adjacent pairs of rounds; medians are told")] = 5,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Events per second through decide in one worker: 60 % evidence, 30 % ticks, 10 % actions.

        Beside it one plain Faust agent with one table that awaits nothing, with the same records on the same broker. Then
        the time from an event to its alert, at 500 events per second and at half of what the worker handled, and the cost of an
        event with few and many open alerts.

        Example: toezicht bench decide --events 2000 --pairs 1
        """
        from bench.decide.measure import measure

        settings, kafka = read_settings()
        with tempfile.TemporaryDirectory(prefix="toezicht-bench-") as scratch:
            settings = settings.model_copy(update={"data": Path(scratch), "log_level": "WARNING"})
            start_logging(settings)
            with cluster(settings, kafka, BrokerSection(port=0), say) as reached:
                result = measure(reached.bootstrap_servers, events, pairs, Path(scratch), say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:20} {value}" for name, value in result.items()))


def register_faults(group: typer.Typer) -> None:
    """Add the commands to the group `bench`."""

    @group.command()
    def pressure(
        times: Annotated[float, typer.Option(min=1, help="How many times what decide can do")] = 10,
        seconds: Annotated[float, typer.Option("--for", min=1, help="How long, in seconds")] = 60,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Far more reports than decide can take: what is lost, what waits how long, memory, and how the backlog drains.

        Draining 60 s of ten times the capacity takes ten minutes. Exit code 1 where anything was lost.
        """
        from bench.pressure.measure import measure

        settings, _ = read_settings()
        start_logging(settings.model_copy(update={"log_level": "WARNING"}))
        with tempfile.TemporaryDirectory(prefix="toezicht-pressure-") as scratch:
            result = measure(times, seconds, Path(scratch), say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:20} {value}" for name, value in result.items()))
        if result["lost"]:
            raise typer.Exit(1)

    @group.command()
    def faults(
        fault: Annotated[list[str] | None, typer.Option(help="Only this fault; may be given several times")] = None,
        kills: Annotated[
            int, typer.Option(min=0, help="Long form: so many kills of random workers instead, ten in each span")
        ] = 0,
        per_second: Annotated[float, typer.Option(min=5, help="Inputs per second")] = 100,
        reports: Annotated[float, typer.Option(min=1, help="Reports per second among them")] = 15,
        seed: Annotated[int, typer.Option(help="Chooses the random moments; the same seed repeats a run")] = 1,
        plain: Annotated[
            bool, typer.Option("--plain", help="Run the stages on the framework as it comes, for comparison")
        ] = False,
        keep: Annotated[Path | None, typer.Option(help="Keep logs and data in this folder")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """What is lost, doubled or changed when workers, the broker or the disk fail under load.

        Runs a broker and a process per stage, and injects one fault after the other. Exit code 1 where anything was lost,
        shown twice or ended otherwise than without the fault.

        Example: toezicht bench faults --fault "kill decide" --fault zombie
        """
        from bench.faults.kinds import FAULTS, long_form
        from bench.faults.measure import Rates, measure

        settings, _ = read_settings()
        start_logging(settings.model_copy(update={"log_level": "WARNING"}))
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # outages are what is measured
        names = long_form(kills) if kills else fault or list(FAULTS)
        for name in fault or ():
            if name not in FAULTS:
                raise ConfigurationError("bench faults", "--fault", name, "one of " + ", ".join(FAULTS))
        with tempfile.TemporaryDirectory(prefix="toezicht-faults-") as scratch:
            rates = Rates(per_second, reports, pauses=bool(kills))
            result = measure(names, seed, rates, keep or Path(scratch), say, plain=plain)
        print(json.dumps(result) if as_json else "\n".join(str(row) for row in (*result["faults"], result["total"])))
        if any(result["total"][what] for what in ("lost", "twice", "different", "not_back")):
            raise typer.Exit(1)


def register_cluster(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def cluster(
        fault: Annotated[list[str] | None, typer.Option(help="Only this fault; may be given several times")] = None,
        per_second: Annotated[float, typer.Option(min=5, help="Inputs per second")] = 40,
        reports: Annotated[float, typer.Option(min=1, help="Reports per second among them")] = 8,
        seed: Annotated[int, typer.Option(help="Chooses the random moments; the same seed repeats a run")] = 1,
        keep: Annotated[Path | None, typer.Option(help="Keep logs and data in this folder")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """What is lost, doubled or changed when brokers of a cluster die and return under load.

        Three brokers with three copies, of which two must be in step, TLS, passwords and rights: each stage comes by a user
        of its own with the least that it needs. Exit code 1 where anything was lost, shown twice or ended otherwise than
        without the fault.

        Example: toezicht bench cluster --fault "restarted in turn"
        """
        from bench.cluster.measure import measure
        from bench.cluster.world import CLUSTER_FAULTS
        from bench.faults.measure import Rates

        settings, _ = read_settings()
        start_logging(settings.model_copy(update={"log_level": "WARNING"}))
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # outages are what is measured
        for name in fault or ():
            if name not in CLUSTER_FAULTS:
                raise ConfigurationError("bench cluster", "--fault", name, "one of " + ", ".join(CLUSTER_FAULTS))
        with tempfile.TemporaryDirectory(prefix="toezicht-cluster-") as scratch:
            rates = Rates(per_second, reports, pauses=True)
            result = measure(fault or list(CLUSTER_FAULTS), seed, rates, keep or Path(scratch), say)
        print(json.dumps(result) if as_json else "\n".join(str(row) for row in (*result["faults"], result["total"])))
        if any(result["total"][what] for what in ("lost", "twice", "different", "not_back")):
            raise typer.Exit(1)


def register_quiet(group: typer.Typer) -> None:
    """Add the command to the group `bench`."""

    @group.command()
    def quiet(
        seconds: Annotated[float, typer.Option("--for", min=1, help="How long each part is measured, in seconds")] = 30,
        video: Annotated[
            Path | None,
            typer.Option(
                envvar="TOEZICHT_DEMO_VIDEO", help="Video whose empty background is the scene; composed if left out"
            ),
        ] = None,
        stream: Annotated[Path | None, typer.Option(help="Video in which nothing moves, to play instead")] = None,
        size: Annotated[str, typer.Option(help="Width and height of the stream that is made")] = "640x360",
        stream_fps: Annotated[int, typer.Option(min=1, max=60, help="Its pictures per second")] = 25,
        megabits: Annotated[float, typer.Option(min=0.05, max=50, help="Mbit/s that it fills")] = 1.0,
        key_frame_seconds: Annotated[
            float, typer.Option(min=0.04, max=60, help="Seconds between its key frames")
        ] = 1.0,
        profile: Annotated[str, typer.Option(help="Of H.264: baseline, main or high")] = "main",
        b_pictures: Annotated[int, typer.Option(min=0, max=4, help="B-pictures between two others")] = 0,
        entries: Annotated[int, typer.Option(min=0, max=60, help="How often somebody enters afterwards")] = 4,
        cameras: Annotated[
            int, typer.Option(min=0, max=500, help="Measure so many in one process, over RTSP, at key frames")
        ] = 0,
        pairs: Annotated[int, typer.Option(min=1, help="Adjacent pairs of rounds with --cameras; medians")] = 5,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    ) -> None:
        """Share of a core of one camera before which nothing moves, and when it wakes up, for both ways of decoding.

        An H.264 stream is made and played as if it came live: decoded in full, and key frames alone while quiet. Beside the
        camera decoding alone, in the same run. Goal: 3 % of a core. Then a person enters who is 20 px high where
        the picture is 640 px wide; when the camera wakes up is told in the stream's own time.

        With --cameras 100 as many are read over RTSP by one process, key frames alone while quiet: milliseconds of processor
        time for each second of a camera, beside PyAV alone that takes the packets and decodes the key frames. Goal: 10 ms.

        Example: toezicht bench quiet --for 30 --megabits 1 --json
        """
        require_vision()
        for option, path in (("--video", video), ("--stream", stream)):
            if path is not None and not path.is_file():
                raise ConfigurationError("command line", option, str(path), "a video file")
        kind = _kind(size, stream_fps, megabits, key_frame_seconds, profile, b_pictures)
        from bench.quiet.many import measure_many
        from bench.quiet.measure import measure

        with tempfile.TemporaryDirectory(prefix="toezicht-quiet-") as scratch:
            if cameras:
                result = measure_many(cameras, pairs, seconds, video, kind, Path(scratch), say)
            else:
                result = measure(seconds, video, stream, kind, entries, Path(scratch), say)
        print(json.dumps(result) if as_json else "\n".join(f"{name:28} {value}" for name, value in result.items()))


def _kind(size: str, fps: int, megabits: float, key_frame_s: float, profile: str, b_pictures: int) -> StreamKind:
    from bench.quiet.stream import PROFILES, StreamKind

    match = re.fullmatch(r"(\d{2,4})x(\d{2,4})", size)
    if match is None or int(match[1]) % 2 or int(match[2]) % 2:
        raise ConfigurationError("command line", "--size", size, "even numbers of pixels, such as 640x360")
    if profile not in PROFILES or (profile == "baseline" and b_pictures):
        raise ConfigurationError("command line", "--profile", profile, "baseline without B-pictures, main or high")
    return StreamKind((int(match[1]), int(match[2])), fps, megabits, key_frame_s, profile, b_pictures)
