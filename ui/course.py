"""The course as data: which chapters there are, in which order, and what each one shows.

A chapter exists by standing in `CHAPTERS` and having its script in `pages/`; navigation, page headers, previous/next
links and the browser tests all read this list. To add one, write `pages/<key>.py` and add a line here.
"""

from dataclasses import dataclass

FOLDER = "pages"
TEACHING = "Teaching"  # the part after the lessons: for those who teach, and for looking things up


@dataclass(frozen=True)
class Chapter:
    """One page of the course.

    Attributes:
        key: names the script, the URL and the prefix of the page's controls: `pages/<key>.py`, `/<key>`, `<key>_…`.
        title: as in the navigation and at the head of the page.
        see: one line, what the student will see.
        part: the part of the course it belongs to, a heading in the navigation.
        wide: whether the page uses the whole width rather than a column that reads well.
    """

    key: str
    title: str
    see: str
    part: str
    wide: bool = False

    @property
    def file(self) -> str:
        """Path of the script, from the root of the project."""
        return f"{FOLDER}/{self.key}.py"

    @property
    def url_path(self) -> str:
        """Path in the address, as `st.Page` takes it; see `path` for the front page."""
        return self.key


CHAPTERS = (
    Chapter(
        key="welcome",
        title="Welcome",
        see="The map a VAE draws of handwritten digits, and the way through this course.",
        part="Start",
        wide=True,
    ),
    Chapter(
        key="digit",
        title="How a VAE sees a digit",
        see="One image turned into a small Gaussian and back again, with every number on the way.",
        part="One digit",
    ),
    Chapter(
        key="draw",
        title="Draw your own digit",
        see="Your own handwriting encoded while you draw, and what the model does with a drawing that is no digit.",
        part="One digit",
        wide=True,
    ),
    Chapter(
        key="sliders",
        title="Sliders",
        see="Move one latent dimension at a time and watch the decoded digit change.",
        part="One digit",
    ),
    Chapter(
        key="class_mixture",
        title="What a class looks like in latent space",
        see="Small Gaussians, one an image, adding up to a class; and why a class is not the prior.",
        part="Classes",
        wide=True,
    ),
    Chapter(
        key="class_moments",
        title="Mean and covariance of a class",
        see="Both derivations line by line, three exercises that name your mistake, and the two kinds of spread.",
        part="Classes",
    ),
    Chapter(
        key="class_posterior",
        title="Which class is a point?",
        see="Bayes' rule as a map to click on, and how often it names ten thousand unseen digits rightly.",
        part="Classes",
        wide=True,
    ),
    Chapter(
        key="class_neighbours",
        title="Neighbours",
        see="Which digits the model puts side by side, and whether they are the ones you would.",
        part="Classes",
        wide=True,
    ),
    Chapter(
        key="dimensions",
        title="Every dimension at once",
        see="A latent space that cannot be drawn, one violin a dimension, for one model or two compared.",
        part="Many dimensions",
        wide=True,
    ),
    Chapter(
        key="volume",
        title="Volume and direction",
        see="How large each class is in latent space, which way it points, and what its digits do along the way.",
        part="Many dimensions",
        wide=True,
    ),
    Chapter(
        key="tour",
        title="A tour of the ten digits",
        see="A short way through all ten digits, step by step, as a film, and whether yours is shorter.",
        part="Paths",
    ),
    Chapter(
        key="road",
        title="From one digit to another",
        see="Three roads between two digits, and what the decoder draws on the way.",
        part="Paths",
    ),
    Chapter(
        key="beta",
        title="What β does",
        see="One slider over every β we trained, two side by side, and which β a loss found elsewhere amounts to.",
        part="β",
    ),
    Chapter(
        key="optimal_beta",
        title="Is there an optimal β?",
        see="β as a variance to be estimated, the frontier it moves along, and why the best β depends on what for.",
        part="β",
    ),
    Chapter(
        key="sampling",
        title="Four ways to draw a digit",
        see="New digits drawn in four ways, side by side, and judged: are they digits, all ten, and new?",
        part="Sampling",
        wide=True,
    ),
    Chapter(
        key="chain",
        title="Asking the decoder alone",
        see="A random walk that finds p(z|x) without the encoder, its proof, and what its diagnostics cannot see.",
        part="Sampling",
    ),
    Chapter(
        key="phases",
        title="The phases of the KL",
        see="A training step by step: a spike that says nothing, a valley, a rise; and two ways to lose z altogether.",
        part="Training",
        wide=True,
    ),
    Chapter(
        key="forming",
        title="Watching the latent space form",
        see="Digits finding their places while a VAE is trained, in a plane or in a space you can turn.",
        part="Training",
        wide=True,
    ),
    Chapter(
        key="classifier",
        title="Does a classifier see the same space?",
        see="A VAE and a classifier with the same bottleneck as both form, and what each space is good for.",
        part="Training",
        wide=True,
    ),
    Chapter(
        key="architectures",
        title="MLP, CNN, UNet",
        see="The same VAE with four networks, each drawn from itself, and features that find a way round z.",
        part="Training",
    ),
    Chapter(
        key="train",
        title="Train your own",
        see="A VAE of your own while it learns, and then in every chapter of this course.",
        part="Training",
        wide=True,
    ),
    Chapter(
        key="notation",
        title="Notation and glossary",
        see="Every symbol and term: its formula, unit and pitfall, the chapters that use it, and the literature.",
        part=TEACHING,
    ),
    Chapter(
        key="instructor",
        title="For instructors",
        see="For each lesson the aim, a question for the room, usual mistakes, and links to states worth showing.",
        part=TEACHING,
    ),
)


def lessons() -> tuple[Chapter, ...]:
    """The chapters that make up the course proper: all but those about it."""
    return tuple(each for each in CHAPTERS if each.part != TEACHING)


def chapter(key: str) -> Chapter:
    """The chapter with this key.

    Raises:
        ValueError: when no chapter has it.
    """
    for candidate in CHAPTERS:
        if candidate.key == key:
            return candidate
    raise ValueError(f"no chapter has the key {key!r}; there are: {', '.join(c.key for c in CHAPTERS)}")


def at_path(path: str) -> Chapter:
    """The chapter at this path of the address."""
    return chapter(path) if path else CHAPTERS[0]


def path(of: Chapter) -> str:
    """Where the chapter stands in the address; the first is the front page, at the empty path."""
    return "" if of == CHAPTERS[0] else of.url_path


def parts() -> dict[str, list[Chapter]]:
    """Chapters under the part they belong to, both in the order of the course."""
    grouped: dict[str, list[Chapter]] = {}
    for each in CHAPTERS:
        grouped.setdefault(each.part, []).append(each)
    return grouped


def neighbours(key: str) -> tuple[Chapter | None, Chapter | None]:
    """The lessons before and after, None at the ends; a page that is no lesson has neither."""
    walk, here = lessons(), chapter(key)
    if here not in walk:
        return None, None
    place = walk.index(here)
    return walk[place - 1] if place > 0 else None, walk[place + 1] if place + 1 < len(walk) else None
