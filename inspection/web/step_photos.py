"""Photos of steps, deliveries and penalties: kept when they are chosen, shown to those who see
what they are about.

A photo that is kept but not yet said is known to its page by a token that only this server
makes, for one person and one thing: so nobody names the digest of a stranger's photo, and
nothing has to be remembered of forms that are never sent.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from inspection.accounts.policy import Permission
from inspection.domain.handling import MOST_PHOTOS
from inspection.domain.problems import NotFound, PhotoUnfit, StorageFull, WorkBusy, WorkOverrun
from inspection.edge import current_actor, reading, requires, wired
from inspection.edge.forms import ProtectedForm
from inspection.hazards import enquiries, photos, steps
from inspection.web.moments import today

blueprint = Blueprint("step_photos", __name__)

_TOKEN = re.compile(r"([0-9a-f]{64})\.([0-9a-f]{64})\Z")


@dataclass(frozen=True)
class Chosen:
    """Photos of a form that are kept; in `faults` what is wrong with others, `status` if it is us.

    `tokens` and `digests` are in the order in which they were chosen.
    """

    tokens: tuple[str, ...]
    faults: tuple[str, ...] = ()
    status: int = 422

    @property
    def digests(self) -> tuple[str, ...]:
        """The SHA-256 of each photo."""
        return tuple(token.partition(".")[0] for token in self.tokens)


NO_PHOTOS = Chosen(())


def chosen(about: str) -> Chosen:
    """Keep the photos that came with the present form, after those that were kept before.

    `about` is the uuid of what the form is about.
    """
    tokens = [each for each in request.form.getlist("kept") if is_ours(about, each)]
    faults: list[str] = []
    status = 422
    for file in request.files.getlist("photos")[:MOST_PHOTOS]:
        if not file.filename:
            continue
        try:
            tokens.append(_keep(about, file))
        except PhotoUnfit as problem:
            faults.append(unfit_words(file, problem))
        except (StorageFull, WorkBusy, WorkOverrun) as problem:
            faults.append(trouble_words(problem))
            status = 507 if isinstance(problem, StorageFull) else 503
            break
    return Chosen(tuple(dict.fromkeys(tokens)), tuple(faults), status)


def unfit_words(file: FileStorage, problem: PhotoUnfit) -> str:
    """Why one photo was not kept, with the name its owner knows it by."""
    name = (file.filename or "")[-60:]
    return {
        "too_large": gettext("“%(name)s”没有收下：超过 20 MB", name=name),
        "too_many_pixels": gettext("“%(name)s”没有收下：超过 4000 万像素", name=name),
        "unreadable": gettext("“%(name)s”没有收下：不是 JPEG 或 PNG 照片，或文件已损坏", name=name),
    }[problem.details["reason"]]


def trouble_words(problem: StorageFull | WorkBusy | WorkOverrun) -> str:
    """Why photos cannot be kept just now, though nothing is wrong with them."""
    if isinstance(problem, StorageFull):
        return gettext(
            "服务器存储空间已满，照片没有收下；填的内容都还在。请通知管理员，稍后再提交。"
        )
    return gettext("服务器正忙，照片没有收下；填的内容都还在。请过半分钟再选一次照片。")


def _keep(about: str, file: FileStorage) -> str:
    data = file.stream.read(photos.LARGEST_BYTES + 1)
    return token(about, photos.keep(data, blobs=wired().blobs))


def token(about: str, digest: str) -> str:
    """The token by which the page of one person and thing knows what was kept."""
    message = f"photo:{current_actor().uuid}:{about}:{digest}".encode()
    seal = hmac.new(wired().settings.secret, message, hashlib.sha256).hexdigest()
    return f"{digest}.{seal}"


def is_ours(about: str, said: str) -> bool:
    """Whether this is a token that `token` made."""
    fits = _TOKEN.match(said)
    return fits is not None and hmac.compare_digest(said, token(about, fits[1]))


@blueprint.post("/hazards/<uuid:hazard>/photos")
@requires(Permission.HAZARD_HANDLE)
def keep(hazard: object) -> tuple[Response, int]:
    """Keep one photo as soon as it is chosen, so that a weak connection carries one at a time."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    with reading() as session:
        steps.standing(session, current_actor(), str(hazard), today=today())  # raises NotFound
    found = chosen(str(hazard))
    if found.faults:
        return jsonify(sentence=found.faults[0]), found.status
    return jsonify(kept=found.tokens[-1:]), 200


@blueprint.get("/hazards/<uuid:hazard>/photos/<digest>")
@requires(Permission.HAZARD_READ)
def show(hazard: object, digest: str) -> Response:
    """Send a photo that was said with a step of a hazard in scope, or one's own before it is."""
    own = is_ours(str(hazard), f"{digest}.{request.args.get('seal', '')}")
    with reading() as session:
        scope = current_actor().scope(Permission.HAZARD_READ)
        card = enquiries.hazard(session, scope, str(hazard))
        said = own or digest in enquiries.photos_of_steps(session, card.uuid)
    return sent(digest, said=said)


def sent(digest: str, *, said: bool) -> Response:
    """Send a photo that was said with something in scope. Raises NotFound where it was not."""
    if not said or not wired().blobs.has(digest):
        raise NotFound(photo=digest[:80])
    response = Response(wired().blobs.read(digest), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
