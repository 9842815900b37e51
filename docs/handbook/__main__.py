"""`python -m docs.handbook`: write docs/reference.md; says what is described nowhere, and ends with 1 then."""

from __future__ import annotations

import sys
from pathlib import Path

from docs.handbook.page import compose_page, find_undocumented, read_sections

PAGE = Path(__file__).parents[1] / "reference.md"


def main() -> int:
    """Write the page, unless something is undocumented."""
    sections = read_sections()
    if missing := find_undocumented(sections):
        print("Described nowhere, so the page is not written:", *missing, sep="\n  ", file=sys.stderr)
        return 1
    PAGE.write_text(compose_page(sections), encoding="utf-8")
    print(f"{PAGE.name}: {sum(len(section.entries) for section in sections)} entries")
    return 0


if __name__ == "__main__":
    sys.exit(main())
