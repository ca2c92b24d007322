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
class SigningKey:
    """An authority's name and key, as it signs certificates and lists."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey


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
    common = holder.name.encode()[:_COMMON_NAME_BYTES].decode(errors="ignore")
    attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common))
    if common != holder.name:
        attributes.append(x509.NameAttribute(_FULL_NAME, holder.name))
    if holder.badge:
        # serialNumber is a PrintableString: 鲁A-01 has to stand in the description
        oid = NameOID.SERIAL_NUMBER if _PRINTABLE.fullmatch(holder.badge) else _DESCRIPTION
        attributes.append(x509.NameAttribute(oid, holder.badge))
    return x509.Name(attributes)


def _builder(
    subject: x509.Name, key: PublicKey, issuer: SigningKey, at: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
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
    names: x509.SubjectAlternativeName | None = None,
) -> x509.Certificate:
    builder = _builder(subject, key, issuer, at, until)
    # NSS, and so pdfsig, takes a signer only with emailProtection beside documentSigning
    usage = x509.ExtendedKeyUsage([_DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION])
    builder = builder.add_extension(usage, critical=False)
    builder = builder.add_extension(_NO_AUTHORITY, critical=True)
    signing = _key_usage(digital_signature=True, content_commitment=True)
    builder = builder.add_extension(signing, critical=True)
    if names is not None:
        builder = builder.add_extension(names, critical=False)
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
