/**
 * JSON Web Signatures (RFC 7515), as narrow as inspection/signing/jose.py: ES256 by P-256 keys and nothing else.
 * What a header says of an algorithm is compared, never followed.
 */

import { encoded, fromBase64url, parsed, sha256, toBase64url, fromHex } from "./bytes.js";

const RECORD_TYPE = "zhencha.record+jws";
const MOST_SIGNATURES = 10;

/** @typedef {{kty: string, crv: string, x: string, y: string}} Jwk */
/** @typedef {{outcome: "valid" | "broken" | "key_missing", kid: string, person: string, role: string, signedAt: string}} DeviceSignature */

/** RFC 7638: the key's name. @param {Jwk} jwk @returns {Promise<string>} */
export async function thumbprint({ crv, kty, x, y }) {
  return toBase64url(fromHex(await sha256(encoded(JSON.stringify({ crv, kty, x, y })))));
}

/** Whether a P-256 key made this signature over this text. @param {Jwk} jwk @param {string} text @param {Uint8Array<ArrayBuffer>} signature */
async function fits(jwk, text, signature) {
  if (jwk?.kty !== "EC" || jwk.crv !== "P-256" || signature.length !== 64) return false;
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", x: jwk.x, y: jwk.y }, algorithm, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, encoded(text));
}

/** What a compact JWS says, when this key signed it; null when not. @param {unknown} token @param {Jwk} jwk @returns {Promise<any>} */
export async function compact(token, jwk) {
  try {
    const parts = String(token).split(".");
    const [header, payload, signature] = parts;
    if (parts.length !== 3 || parsed(fromBase64url(header)).alg !== "ES256") return null;
    if (!(await fits(jwk, `${header}.${payload}`, fromBase64url(signature)))) return null;
    const said = parsed(fromBase64url(payload));
    return said && typeof said === "object" && !Array.isArray(said) ? said : null;
  } catch {
    return null;
  }
}

/**
 * A record's JWS: its payload, and what each signature is worth; null when it is none.
 * @param {Uint8Array} data
 * @param {Map<string, {jwk: Jwk, person: string}>} keys by thumbprint, each with whom it was enrolled for
 * @returns {Promise<{payload: Uint8Array<ArrayBuffer>, signatures: DeviceSignature[]} | null>}
 */
export async function record(data, keys) {
  try {
    const { payload, signatures } = parsed(data);
    if (!Array.isArray(signatures) || !signatures.length || signatures.length > MOST_SIGNATURES) return null;
    const bytes = fromBase64url(payload);
    return { payload: bytes, signatures: await Promise.all(signatures.map((each) => signed(payload, each, keys))) };
  } catch {
    return null;
  }
}

/** @param {string} payload @param {any} signature @param {Map<string, {jwk: Jwk, person: string}>} keys @returns {Promise<DeviceSignature>} */
async function signed(payload, signature, keys) {
  const found = { outcome: /** @type {DeviceSignature["outcome"]} */ ("broken"), kid: "", person: "", role: "", signedAt: "" };
  try {
    const header = parsed(fromBase64url(signature.protected));
    for (const name of ["kid", "person", "role", "signed_at"]) if (typeof header[name] !== "string") return found;
    Object.assign(found, { kid: header.kid, person: header.person, role: header.role, signedAt: header.signed_at });
    if (header.alg !== "ES256" || header.typ !== RECORD_TYPE || "crit" in header) return found;
    const key = keys.get(header.kid);
    if (!key) return { ...found, outcome: "key_missing" };
    if (key.person !== header.person) return found;
    if (await fits(key.jwk, `${signature.protected}.${payload}`, fromBase64url(signature.signature))) return { ...found, outcome: "valid" };
  } catch {
    return found;
  }
  return found;
}
