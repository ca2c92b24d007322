/**
 * JSON Web Signatures (RFC 7515) as this tablet makes and reads them: ES256,
 * general JSON for records, compact for proofs and receipts. Who may sign and
 * where keys live is decided elsewhere.
 */

import { base64url, fromBase64url, text, utf8 } from "./encoding.js";

const ES256 = { name: "ECDSA", hash: "SHA-256" };
const P256 = { name: "ECDSA", namedCurve: "P-256" };

/** @typedef {(input: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>} Sign */
/** @typedef {{kid: string, person: string, role: string, signedAt: string, sign: Sign}} Signer */

/** @param {CryptoKey} key @returns {Sign} */
export function signerOf(key) {
  return (input) => crypto.subtle.sign(ES256, key, input);
}

/**
 * One signature for each signer over exactly these payload bytes.
 * @param {Uint8Array<ArrayBuffer>} payload
 * @param {Signer[]} signers
 * @returns {Promise<Uint8Array<ArrayBuffer>>} the bytes of the general JSON serialisation
 */
export async function signedRecord(payload, signers) {
  const encoded = base64url(payload);
  const signatures = [];
  for (const { kid, person, role, signedAt, sign } of signers) {
    const header = { alg: "ES256", kid, typ: "zhencha.record+jws", person, role, signed_at: signedAt };
    const head = base64url(utf8(JSON.stringify(header)));
    const signature = base64url(await sign(utf8(`${head}.${encoded}`)));
    signatures.push({ protected: head, signature });
  }
  return utf8(JSON.stringify({ payload: encoded, signatures }));
}

/**
 * @param {Record<string, unknown>} header
 * @param {Record<string, unknown>} claims
 * @param {Sign} sign
 * @returns {Promise<string>} a compact JWS
 */
export async function compact(header, claims, sign) {
  const input = `${base64url(utf8(JSON.stringify(header)))}.${base64url(utf8(JSON.stringify(claims)))}`;
  return `${input}.${base64url(await sign(utf8(input)))}`;
}

/**
 * The claims of a compact JWS, when one of the trusted keys made it.
 * @param {string} token
 * @param {JsonWebKey[]} keys public keys; each carries its `kid`
 * @returns {Promise<Record<string, any> | null>} null when it is not ours, whatever the reason
 */
export async function verifiedClaims(token, keys) {
  const parts = typeof token === "string" ? token.split(".") : [];
  if (parts.length !== 3) return null;
  try {
    const header = JSON.parse(text(fromBase64url(parts[0])));
    const jwk = keys.find((key) => /** @type {any} */ (key).kid === header.kid);
    if (header.alg !== "ES256" || !jwk) return null;
    const { kty, crv, x, y } = jwk;
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, P256, false, ["verify"]);
    const made = await crypto.subtle.verify(ES256, key, fromBase64url(parts[2]), utf8(`${parts[0]}.${parts[1]}`));
    return made ? JSON.parse(text(fromBase64url(parts[1]))) : null;
  } catch {
    return null;
  }
}
