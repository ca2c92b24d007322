"""Every code that the domain has is put into words by the macros that pages use."""

import re

from flask import Flask

from inspection.domain.answers import VALUES
from inspection.domain.hazard import Level, Question, Source, State
from inspection.domain.record import KINDS
from inspection.submissions.records import COMPLETE, HELD, INCOMPLETE

WORDS = {
    "level_word": list(Level),
    "state_word": list(State),
    "asked_word": list(Question),
    "source_word": list(Source),
    "kind_word": list(KINDS),
    "record_state": [HELD, INCOMPLETE, COMPLETE],
    "answer": list(VALUES),
}


def test_every_code_has_its_word(app: Flask):
    with app.test_request_context():
        module = app.jinja_env.get_template("_macros/words.html").module
        for macro, codes in WORDS.items():
            for code in codes:
                words = re.sub(r"<[^>]+>", "", str(getattr(module, macro)(str(code)))).strip()
                assert re.search("[\u4e00-\u9fff]", words), f"{macro}({code}) says {words!r}"
