"""Puts a private key to use, wherever it lies: in memory, or in a token that signs by itself."""

# mypy: disallow-untyped-calls=False

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from asn1crypto import keys, x509
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from inspection.domain.problems import SealUnavailable
from inspection.signing.authority import Identity
from inspection.signing.own import TokenKey

_log = logging.getLogger(__name__)


@contextmanager
def signer_of(identity: Identity, chain: Sequence[bytes]) -> Iterator[signers.Signer]:
    """Give the signer of this certificate for one signature; its issuers go into the signature.

    Raises SealUnavailable when the token that holds the key does not sign.
    """
    certificate = x509.Certificate.load(identity.certificate)
    issuers = SimpleCertificateStore()
    issuers.register_multiple(x509.Certificate.load(each) for each in chain)
    if identity.token is not None:
        with _in_token(identity.token, certificate, issuers) as signer:
            yield signer
        return
    yield signers.SimpleSigner(
        signing_cert=certificate,
        signing_key=keys.PrivateKeyInfo.load(identity.key),
        cert_registry=issuers,
    )


@contextmanager
def _in_token(
    token: TokenKey, certificate: x509.Certificate, issuers: SimpleCertificateStore
) -> Iterator[signers.Signer]:
    """Open the token for one signature: a session that lasts would be lost when it is pulled."""
    import pkcs11
    from pyhanko.sign.pkcs11 import PKCS11Signer

    try:
        opened = pkcs11.lib(token.module).get_token(token_label=token.token)
        with opened.open(user_pin=token.pin) as session:
            signer = PKCS11Signer(session, signing_cert=certificate, key_label=token.label)
            signer._cert_registry = issuers  # the certificate itself would go in twice
            yield signer
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        _log.warning("the token with the seal's key does not sign", exc_info=True)
        raise SealUnavailable(token=token.token, reason=type(error).__name__) from error
