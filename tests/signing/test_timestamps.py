"""Time from a server that is not ours: believed when it is right, and never replaced when wrong."""

import hashlib
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from inspection.domain.problems import TimestampUnavailable
from inspection.signing import seals, timestamps
from inspection.signing.authority import Authority
from inspection.signing.examination import examine
from inspection.signing.facts import Outcome
from inspection.signing.own import Own, TimeServer
from inspection.signing.timestamps import LARGEST_CLOCK_DIFFERENCE, Server
from tests.signing import outside, sealed

AT = sealed.SEALED_AT
TOLD = AT + timedelta(seconds=7)


def answering(request):
    return outside.granted(request, TOLD).dump()


def authority_with(directory, server: TimeServer) -> Authority:
    return Authority.open(
        directory / "authority",
        sealed.SECRET,
        organisation=sealed.ORGANISATION,
        at=sealed.NOON,
        own=Own(time=server),
    )


def stamped(server: TimeServer):
    """Ask as sealing does."""
    import asyncio

    digest = hashlib.sha256(b"report").digest()
    return asyncio.run(Server(server, AT).async_timestamp(digest, "sha256"))


def reason(server: TimeServer) -> str:
    with pytest.raises(TimestampUnavailable) as told:
        stamped(server)
    assert told.value.details["server"] == "127.0.0.1"
    return str(told.value.details["reason"])


def test_a_report_carries_the_servers_time_and_the_built_in_clock_is_not_asked(tmp_path):
    with outside.time_server(answering) as server:
        authority = authority_with(tmp_path, server)
        people = [
            replace(each, key=sealed.key_of(person, authority))
            for each, person in zip(sealed.signers(), sealed.drawn()[1].signers, strict=True)
        ]
        made = seals.seal_report(sealed.drawn()[0].pdf, people, authority=authority, at=AT)
    trust = authority.trust(at=sealed.VERIFIED_AT)
    found = examine(made, trust, sealed.VERIFIED_AT)
    assert {(each.outcome, each.stamped_at) for each in found.signatures} == {
        (Outcome.PASSED, TOLD)
    }
    assert not any(each.built_in_clock for each in found.signatures)
    assert found.covered_to_the_end
    unknown = replace(trust, time_roots=())
    assert {each.timed for each in examine(made, unknown, sealed.VERIFIED_AT).signatures} == {
        Outcome.INDETERMINATE
    }


def test_whoever_gives_the_time_is_not_believed_about_people(tmp_path):
    """Its root stands for a clock: a signature that leads to it is nobody's."""
    with outside.time_server(answering) as server:
        trust = authority_with(tmp_path, server).trust(at=sealed.VERIFIED_AT)
    person = sealed.drawn()[1].signers[0]
    signer = replace(sealed.signers()[0], key=sealed.key_of(person, outside.clockmaker()))
    forged = seals.seal_report(
        sealed.drawn()[0].pdf, [signer], authority=outside.clockmaker(), at=AT
    )
    found = examine(forged, trust, sealed.VERIFIED_AT)
    assert {each.trusted for each in found.signatures if each.kind != "timestamp"} == {
        Outcome.INDETERMINATE
    }


def test_openssl_believes_the_token_that_was_taken(tmp_path):
    with outside.time_server(answering) as server:
        token = stamped(server)
    (tmp_path / "token").write_bytes(token.dump())
    root = x509.load_der_x509_certificate(server.roots[0])
    (tmp_path / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (tmp_path / "report").write_bytes(b"report")
    moment = str(int(AT.timestamp()))
    command = ["openssl", "ts", "-verify", "-token_in", "-in", tmp_path / "token"]
    command += ["-data", tmp_path / "report", "-CAfile", tmp_path / "root.pem"]
    command += ["-attime", moment]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout + done.stderr


def test_a_server_that_is_down_is_said_to_be_down():
    with outside.time_server(answering) as server:
        pass
    assert reason(server) == "down"


def test_a_server_that_only_says_503_is_down():
    with outside.time_server(lambda _request: b"") as server:
        assert reason(server) == "down"


def test_a_server_whose_answer_drips_in_holds_nobody(monkeypatch):
    monkeypatch.setattr(timestamps, "ANSWER_SECONDS", 0.5)
    with outside.time_server(lambda _request: outside.DRIP) as server:
        assert reason(server) == "down"


def test_a_refusal_is_one():
    refusal = b"\x30\x05\x30\x03\x02\x01\x02"  # PKIStatus rejection, and no token
    with outside.time_server(lambda _request: refusal) as server:
        assert reason(server) == "refused"


@pytest.mark.parametrize("said", [b"<html>", b"\x30\x03\x02\x01\x00", b"\x30\x80"])
def test_what_is_no_token_is_malformed(said):
    with outside.time_server(lambda _request: said) as server:
        assert reason(server) == "malformed"


def test_an_answer_with_another_nonce_is_an_old_one():
    def with_another_nonce(request):
        asked = tsp.TimeStampReq.load(request)
        asked["nonce"] = 7
        return outside.granted(asked.dump(force=True), TOLD).dump()

    with outside.time_server(with_another_nonce) as server:
        assert reason(server) == "nonce"


def test_a_token_over_something_else_is_none():
    def over_something_else(request):
        asked = tsp.TimeStampReq.load(request)
        asked["message_imprint"]["hashed_message"] = bytes(32)
        return outside.granted(asked.dump(force=True), TOLD).dump()

    with outside.time_server(over_something_else) as server:
        assert reason(server) == "imprint"


def test_a_token_by_somebody_else_is_not_believed():
    def by_somebody_else(request):
        return outside.granted(request, TOLD, sealed.authority()).dump()

    with outside.time_server(by_somebody_else) as server:
        assert reason(server) == "certificate"


def test_a_token_altered_on_the_way_is_not_believed():
    def altered(request):
        made = bytearray(outside.granted(request, TOLD).dump())
        made[-5] ^= 1
        return bytes(made)

    with outside.time_server(altered) as server:
        assert reason(server) == "certificate"


@pytest.mark.parametrize("off", [-1, 1])
def test_a_clock_that_is_far_off_is_told_before_anything_is_signed(off):
    told = AT + off * (LARGEST_CLOCK_DIFFERENCE + timedelta(seconds=1))
    with outside.time_server(lambda request: outside.granted(request, told).dump()) as server:
        assert reason(server) == "clock"


def test_a_timestamp_that_has_run_out_is_judged_by_the_one_that_was_put_over_it(tmp_path):
    """Ten years on the clock has a new certificate; the report was stamped again before that."""
    authority = Authority.open(
        tmp_path / "authority", sealed.SECRET, organisation=sealed.ORGANISATION, at=sealed.NOON
    )
    people = [
        replace(each, key=sealed.key_of(person, authority))
        for each, person in zip(sealed.signers(), sealed.drawn()[1].signers, strict=True)
    ]
    report = seals.seal_report(sealed.drawn()[0].pdf, people, authority=authority, at=AT)
    last_year, later = AT + timedelta(days=3400), AT + timedelta(days=3800)
    authority.renew(at=last_year)
    kept = seals.retimestamp(report, authority=authority, at=last_year)
    trust = authority.trust(at=later)
    good = examine(kept, trust, later)
    assert {each.outcome for each in good.signatures} == {Outcome.PASSED}
    assert all(each.built_in_clock for each in good.signatures)
    assert good.signatures[0].stamped_at == AT
    forgotten = examine(report, trust, later)
    assert {each.timed for each in forgotten.signatures} == {Outcome.INDETERMINATE}


def test_an_outside_certificate_that_has_run_out_is_judged_the_same_way(tmp_path):
    maker = Authority.open(
        tmp_path / "maker", sealed.SECRET, organisation="授时中心", at=sealed.NOON
    )
    told = [AT]
    with outside.time_server(lambda r: outside.granted(r, told[0], maker).dump()) as found:
        server = replace(found, roots=(maker.root_certificate,))
        authority = authority_with(tmp_path, server)
        report = seals.seal_report(sealed.drawn()[0].pdf, (), authority=authority, at=AT)
        told[0] = AT + timedelta(days=3400)
        maker.renew(at=told[0])
        kept = seals.retimestamp(report, authority=authority, at=told[0])
    later = AT + timedelta(days=3800)
    found = examine(kept, authority.trust(at=later), later)
    assert [each.timed for each in found.signatures] == [Outcome.PASSED] * len(found.signatures)
    assert not any(each.built_in_clock for each in found.signatures)
