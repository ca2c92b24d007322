"""Ten ways to alter a sealed report by appending to it, each leaving the signed bytes in place.

pdfsig calls every one of them valid (PDF.md §4).
"""

import functools
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

from asn1crypto import keys, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from inspection.signing.authority import Authority
from tests.builders.people import inspector
from tests.signing import sealed

name = generic.pdf_name


def _writer(data: bytes) -> IncrementalPdfFileWriter:
    return IncrementalPdfFileWriter(io.BytesIO(data))


def _written(writer) -> bytes:
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _page(writer, index):
    return writer.find_page_for_modification(index)[0].get_object()


def _field(writer, wanted):
    found = (each.get_object() for each in writer.root["/AcroForm"]["/Fields"])
    return next(field for field in found if field["/T"] == wanted)


def _replace(writer, reference, data):
    old = writer.get_object(reference.reference)
    kept = {key: value for key, value in old.items() if key not in ("/Length", "/Filter")}
    new = generic.StreamObject(dict_data=kept, stream_data=data(old.data))
    writer.objects[(reference.reference.generation, reference.reference.idnum)] = new


def replace_page_content(data):
    writer = _writer(data)
    page = _page(writer, 1)
    box = generic.StreamObject(stream_data=b"q 1 0 0 rg 100 100 200 200 re f Q")
    page["/Contents"] = writer.add_object(box)
    writer.update_container(page)
    return _written(writer)


def cover_text_in_the_content(data):
    writer = _writer(data)
    _replace(
        writer,
        _page(writer, 1).raw_get("/Contents"),
        lambda old: old + b"\nq 1 1 1 rg 60 300 400 60 re f Q",
    )
    return _written(writer)


def stamp_over_text(data):
    writer = _writer(data)
    page = _page(writer, 1)
    shape = generic.StreamObject(
        dict_data={
            name("/Type"): name("/XObject"),
            name("/Subtype"): name("/Form"),
            name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 200, 50))),
        },
        stream_data=b"1 1 1 rg 0 0 200 50 re f",
    )
    stamp = generic.DictionaryObject(
        {
            name("/Type"): name("/Annot"),
            name("/Subtype"): name("/Stamp"),
            name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 400, 300, 450))),
            name("/F"): generic.NumberObject(4),
            name("/AP"): generic.DictionaryObject({name("/N"): writer.add_object(shape)}),
        }
    )
    page["/Annots"] = generic.ArrayObject([*page.get("/Annots", []), writer.add_object(stamp)])
    writer.update_container(page)
    return _written(writer)


def swap_signature_pictures(data):
    writer = _writer(data)
    first, second = _field(writer, "sig-p1"), _field(writer, "sig-p2")
    first["/AP"] = second["/AP"]
    writer.update_container(first)
    return _written(writer)


def move_a_signature(data):
    writer = _writer(data)
    field = _field(writer, "sig-p1")
    field["/Rect"] = generic.ArrayObject(map(generic.FloatObject, (100, 600, 250, 660)))
    writer.update_container(field)
    return _written(writer)


def replace_the_attached_record(data):
    return replace_an_attachment(data, "record.jws", b'{"payload":"e30","x":1}')


def replace_an_attachment(data, wanted, contents):
    writer = _writer(data)
    listed = list(writer.root["/Names"]["/EmbeddedFiles"]["/Names"])[1::2]
    files = (each.get_object() for each in listed)
    specification = next(each for each in files if each["/UF"] == wanted)
    _replace(writer, specification["/EF"].raw_get("/F"), lambda _: contents)
    return _written(writer)


def add_attachments(data, count, contents):
    """Many files that all unpack to these contents; on the disk they hardly weigh anything."""
    writer = _writer(data)
    listed = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    for number in range(count):
        stream = generic.StreamObject(stream_data=contents)
        stream.compress()
        holder = generic.DictionaryObject({name("/F"): writer.add_object(stream)})
        called = generic.TextStringObject(f"more-{number}.bin")
        described = generic.DictionaryObject({name("/UF"): called, name("/EF"): holder})
        listed.extend([called, writer.add_object(described)])
    writer.update_container(listed)
    return _written(writer)


def change_the_title_in_the_metadata(data):
    writer = _writer(data)
    _replace(
        writer,
        writer.root.raw_get("/Metadata"),
        lambda old: old.replace("现场检查".encode(), "整改复查".encode()),
    )
    return _written(writer)


def sign_once_more(data):
    """Somebody this authority knows adds a signature after the lock."""
    return extra_signature(data, sealed.authority())


def sign_as_an_impostor(data):
    """Somebody with a certificate of their own making adds a signature in an inspector's name."""
    return extra_signature(data, other_authority())


@functools.cache
def other_authority():
    """An authority that bears another's name and is nobody's."""
    folder = Path(tempfile.mkdtemp(prefix="zhencha-impostor-")) / "authority"
    return Authority.open(folder, sealed.SECRET, organisation="冒名", at=sealed.NOON)


def extra_signature(data, authority, called="李𫖯"):
    key = sealed.key_of(inspector(called), authority)
    identity = authority.unlock(key)
    writer = _writer(data)
    fields.append_signature_field(
        writer, fields.SigFieldSpec("extra", on_page=2, box=(100, 100, 250, 150))
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="extra", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(identity.certificate),
        signing_key=keys.PrivateKeyInfo.load(identity.key),
        cert_registry=SimpleCertificateStore(),
    )
    output = io.BytesIO()
    PdfSigner(metadata, signer).sign_pdf(writer, output=output)
    return output.getvalue()


def empty_a_signature_field(data):
    writer = _writer(data)
    field = _field(writer, "sig-p2")
    del field["/V"]
    writer.update_container(field)
    return _written(writer)


ATTACKS: tuple[Callable[[bytes], bytes], ...] = (
    replace_page_content,
    cover_text_in_the_content,
    stamp_over_text,
    swap_signature_pictures,
    move_a_signature,
    replace_the_attached_record,
    change_the_title_in_the_metadata,
    sign_once_more,
    sign_as_an_impostor,
    empty_a_signature_field,
)
