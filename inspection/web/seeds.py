"""What is asked before a sample is drawn: how many, and the seed that decides which."""

import secrets

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from inspection.domain.drawing import LONGEST_SEED, SEED
from inspection.edge.forms import ProtectedForm

MOST = 200
USUAL_SIZE = 10


class SampleForm(ProtectedForm):
    """How many to draw, and the seed."""

    size = IntegerField(
        _("抽取数量"),
        [
            InputRequired(_("请填 1 到 200 的整数")),
            NumberRange(1, MOST, message=_("请填 1 到 200 的整数")),
        ],
    )
    seed = StringField(
        _("种子"),
        [
            InputRequired(_("请填种子")),
            Length(max=LONGEST_SEED, message=_("种子最多 64 个字符")),
            Regexp(SEED, message=_("种子只用字母、数字和 . _ : -")),
        ],
    )

    @classmethod
    def fresh(cls) -> "SampleForm":
        """A form with the usual size and a seed that nobody chose."""
        return cls(data={"size": USUAL_SIZE, "seed": secrets.token_hex(8)})
