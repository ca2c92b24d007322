"""X.509 certificates and revocation lists of the built-in authority: what each kind contains.

Pure with respect to storage: takes keys and times, returns certificates. Which
keys exist and where they lie is `authority`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_DESCRIPTION = ObjectIdentifier("2.5.4.13")
_FULL_NAME = ObjectIdentifier("2.5.4.41")
_PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]+")
_NO_AUTHORITY = x509.BasicConstraints(ca=False, path_length=None)
_COMMON_NAME_BYTES = 64
RECORD_URN = "urn:zhencha:record:sha256:"
INK_URN = "urn:zhencha:ink:sha256:"
DEVICE_KEY_URN = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"
"""RFC 9278."""
NOT_VERIFIED = "手写笔迹，执笔人身份未经核实"
_ATTESTED = (
    "手写笔迹由检查人员的设备密钥见证，本系统未核实执笔人身份。"
    "Ink attested by inspectors' device keys; identity not verified by us."
)
"""RFC 5280 §4.2.1.4 allows a notice 200 characters."""
_ATTESTED_POLICY = ObjectIdentifier("2.25.271330262270938204427415803281606043941")
"""An identifier made from a UUID (ITU-T X.667), which needs no registration."""
_BACKDATED = timedelta(minutes=5)
"""Certificates begin a little before they are made: clocks of verifiers differ."""


@dataclass(frozen=True)
class Holder:
    """Whom a person certificate names: never an identity number (个人信息保护法 28)."""

    person: str
    name: str
    badge: str
    unit: str


@dataclass(frozen=True)
class Attestation:
    """Ink of somebody without an account: the name they gave, and what stands for them.

    Bound to the record and to the strokes by digest, and to those who watched by the thumbprints
    of their device keys. Who held the pen is not verified by anyone.
    """

    name: str
    record_digest: str
    ink_digest: str
    attested_by: tuple[str, ...]
    """Thumbprints (RFC 7638) of the device keys that signed the record with this ink in it."""


@dataclass(frozen=True)
class SigningKey:
    """An authority's name and key, as it signs certificates and lists."""

    name: x509.Name
    key: PrivateKey
    list_url: str = ""
    """Where the list of what it took back is published, written into what it signs."""


def root(
    organisation: str, key: ec.EllipticCurvePrivateKey, *, at: datetime, until: datetime
) -> x509.Certificate:
    """Make the self-signed root."""
    itself = SigningKey(_name("真查根证书", organisation), key)
    builder = _authority_builder(itself.name, key.public_key(), itself, at, until, path_length=1)
    return builder.sign(key, hashes.SHA256())


def issuing(
    organisation: str, key: PublicKey, issuer: SigningKey, *, at: datetime, until: datetime
) -> x509.Certificate:
    """Make the certificate of the authority that signs persons, seal and time."""
    subject = _name("真查签发机构", organisation)
    builder = _authority_builder(subject, key, issuer, at, until, path_length=0)
    return builder.sign(issuer.key, hashes.SHA256())


def seal(
    organisation: str, key: PublicKey, issuer: SigningKey, *, at: datetime, until: datetime
) -> x509.Certificate:
    """Make the certificate of the organisation's seal."""
    return _signer(_name("电子封印", organisation), key, issuer, at, until)


def tsa(
    organisation: str, key: PublicKey, issuer: SigningKey, *, at: datetime, until: datetime
) -> x509.Certificate:
    """Make the certificate of the time-stamping authority."""
    builder = _builder(_name("时间戳服务", organisation), key, issuer, at, until)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(_NO_AUTHORITY, critical=True)
    builder = builder.add_extension(_key_usage(digital_signature=True), critical=True)
    return builder.sign(issuer.key, hashes.SHA256())


def person(
    holder: Holder, key: PublicKey, issuer: SigningKey, *, at: datetime, until: datetime
) -> x509.Certificate:
    """Make a person's certificate: name, unit, badge number, and our uuid for that person."""
    subject = _person_name(holder)
    names = x509.SubjectAlternativeName(
        [x509.UniformResourceIdentifier(f"urn:uuid:{holder.person}")]
    )
    return _signer(subject, key, issuer, at, until, names)


def attested(
    evidence: Attestation, key: PublicKey, issuer: SigningKey, *, at: datetime, until: datetime
) -> x509.Certificate:
    """Make the certificate for one use of ink: its subject and its policy say what is not known."""
    common, full = _common_name(evidence.name)
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, NOT_VERIFIED),
        x509.NameAttribute(NameOID.COMMON_NAME, common),
        *full,
    ]
    urns = (
        RECORD_URN + evidence.record_digest,
        INK_URN + evidence.ink_digest,
        *(DEVICE_KEY_URN + kid for kid in evidence.attested_by),
    )
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(urn) for urn in urns])
    notice = x509.UserNotice(None, _ATTESTED)
    policies = x509.CertificatePolicies([x509.PolicyInformation(_ATTESTED_POLICY, [notice])])
    return _signer(x509.Name(attributes), key, issuer, at, until, names, policies)


def revocation_list(
    issuer: SigningKey,
    revoked: Iterable[tuple[int, datetime]],
    *,
    at: datetime,
    until: datetime,
) -> bytes:
    """Make the list (CRL, DER) of the certificates that `issuer` has taken back."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.name)
        .last_update(at - _BACKDATED)
        .next_update(until)
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        .add_extension(_authority_key(issuer), critical=False)
    )
    for serial, when in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
        builder = builder.add_revoked_certificate(entry.build())
    made = builder.sign(issuer.key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def der(certificate: x509.Certificate) -> bytes:
    """Return the certificate's DER bytes."""
    return certificate.public_bytes(serialization.Encoding.DER)


def pem(certificate: x509.Certificate) -> bytes:
    """Return the certificate as PEM text."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_der(key: PrivateKey) -> bytes:
    """Return the private key as PKCS#8, unprotected: to be locked at once."""
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _name(common_name: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _person_name(holder: Holder) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "CN")]
    if holder.unit:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, holder.unit))
    common, full = _common_name(holder.name)
    attributes += [x509.NameAttribute(NameOID.COMMON_NAME, common), *full]
    if holder.badge:
        # serialNumber is a PrintableString: 鲁A-01 has to stand in the description
        oid = NameOID.SERIAL_NUMBER if _PRINTABLE.fullmatch(holder.badge) else _DESCRIPTION
        attributes.append(x509.NameAttribute(oid, holder.badge))
    return x509.Name(attributes)


def _common_name(name: str) -> tuple[str, list[x509.NameAttribute]]:
    """Cut a name to what X.520 allows; the whole of a longer one stands beside it."""
    common = name.encode()[:_COMMON_NAME_BYTES].decode(errors="ignore")
    return common, [] if common == name else [x509.NameAttribute(_FULL_NAME, name)]


def _builder(
    subject: x509.Name, key: PublicKey, issuer: SigningKey, at: datetime, until: datetime
) -> x509.CertificateBuilder:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _BACKDATED)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(_authority_key(issuer), critical=False)
    )
    if not issuer.list_url:
        return builder
    where = [x509.UniformResourceIdentifier(issuer.list_url)]
    point = x509.DistributionPoint(
        full_name=where, relative_name=None, reasons=None, crl_issuer=None
    )
    return builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)


def _authority_builder(
    subject: x509.Name,
    key: PublicKey,
    issuer: SigningKey,
    at: datetime,
    until: datetime,
    *,
    path_length: int,
) -> x509.CertificateBuilder:
    builder = _builder(subject, key, issuer, at, until)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), True)
    return builder.add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)


def _signer(
    subject: x509.Name,
    key: PublicKey,
    issuer: SigningKey,
    at: datetime,
    until: datetime,
    *extensions: x509.ExtensionType,
) -> x509.Certificate:
    builder = _builder(subject, key, issuer, at, until)
    # NSS, and so pdfsig, takes a signer only with emailProtection beside documentSigning
    usage = x509.ExtendedKeyUsage([_DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION])
    builder = builder.add_extension(usage, critical=False)
    builder = builder.add_extension(_NO_AUTHORITY, critical=True)
    signing = _key_usage(digital_signature=True, content_commitment=True)
    builder = builder.add_extension(signing, critical=True)
    for each in extensions:
        builder = builder.add_extension(each, critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def _authority_key(issuer: SigningKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())


def _key_usage(**granted: bool) -> x509.KeyUsage:
    usages = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**(usages | granted))
