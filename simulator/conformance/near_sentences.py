"""What the author of an undefined step may have meant: sentences that come near, and what keeps them from matching."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import product
from typing import TYPE_CHECKING

from simulator.conformance.steps.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.conformance.step_catalogue import KnownSentence

_SHOWN = 3
_NEAR = 0.55
_NEAR_UNDER_ANOTHER_KEYWORD = 0.8
_HEAD_START = 0.2  # of a sentence with the same keyword before one that is as much alike
_BLANK = re.compile(
    r"\{[^{}]*\}|\(\?P<\w+>[^()]*\)"
)  # of this library's and pytest-bdd's sentences, of regular expressions
_QUOTED = re.compile(r"『([^『』]*)』|“([^“”]*)”|‘([^‘’]*)’|\"([^\"]*)\"|'([^']*)'")
_ANY_VALUE = {"int": "-?[0-9]+", "list": ".+", "text": ".*"}


@dataclass(frozen=True, slots=True)
class Near:
    """A sentence that comes near to a step, and why it is none: empty when its words differ."""

    sentence: KnownSentence
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.sentence}  ({self.reason})" if self.reason else str(self.sentence)


def find_near(keyword: str, text: str, sentences: Iterable[KnownSentence]) -> tuple[Near, ...]:
    """At most three sentences that come near to a step that is none of them, nearest first. `keyword`: 前提, もし or
    ならば, as which the step counts.

    A sentence that the step would be but for its keyword, its 「」 or its full-width characters comes before those that
    are merely alike, and the reason says so.
    """
    found = []
    for sentence in dict.fromkeys(sentences):
        same = sentence.keyword in (keyword, "*")
        reasons = [] if same else [f"here it stands as {keyword}"]
        likeness = 2.0
        if not sentence.parser.is_matching(text):
            slip = _slip(text, sentence)
            reasons += [slip] if slip else []
            likeness = 1.0 if slip else 0.0
            likeness += _likeness(text, sentence.text)
        if likeness >= (_NEAR if same else _NEAR_UNDER_ANOTHER_KEYWORD):
            found.append((likeness + same * _HEAD_START, Near(sentence, "; ".join(reasons))))
    found.sort(key=lambda scored: -scored[0])
    return tuple(near for _, near in found[:_SHOWN])


def _slip(text: str, sentence: KnownSentence) -> str:
    """What alone keeps the step from being this sentence, if it is how characters are written; else empty."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    quoted = _QUOTED.sub(lambda found: f"「{next(filter(None, found.groups()), '')}」", narrow)
    bare = quoted.removesuffix("。")
    if sentence.parser.is_matching(narrow):
        return "full-width and half-width are two things"
    if sentence.parser.is_matching(quoted):
        return "values stand in 「」"
    if sentence.parser.is_matching(bare):
        return "no 。 at the end"
    wanted = sentence.text.count("「")
    if isinstance(sentence.parser, Sentence) and quoted.count("「") < wanted and _unquoted(sentence.parser, bare):
        return "values stand in 「」"
    return ""


def _unquoted(sentence: Sentence, text: str) -> bool:
    """Whether the text is the sentence with 「」 left out somewhere."""
    values = {one.name: "|".join(map(re.escape, one.words)) or _ANY_VALUE[one.takes] for one in sentence.blanks}
    pieces = re.split(r"\{(\w+)[^}]*\}", sentence.name.replace("「", "").replace("」", ""))
    pattern = "".join(f"({values[piece]})" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
    return re.fullmatch(pattern, text.replace("「", "").replace("」", "")) is not None


def _likeness(text: str, sentence: str) -> float:
    """How alike a step and a sentence are, from 0 to 1, whatever stands in 「」 and in the blanks."""
    written = _skeleton(re.sub("「[^」]*」", "「」", unicodedata.normalize("NFKC", text)))
    return max(SequenceMatcher(None, written, _skeleton(reading)).ratio() for reading in _readings(sentence))


def _readings(sentence: str) -> Iterable[str]:
    """The sentence with each of the words that its blanks can take; other blanks are empty."""
    pieces = re.split(r"\{\w+:([^{}]*\|[^{}]*)\}", sentence)
    choices = [piece.split("|") if at % 2 else [piece] for at, piece in enumerate(pieces)]
    for chosen in product(*choices):
        yield _BLANK.sub("", "".join(chosen))


def _skeleton(text: str) -> str:
    return re.sub("(「」)+", "", text)
