/** The name of a public key: its RFC 7638 thumbprint. */

import { base64url, utf8 } from "./encoding.js";

/** @typedef {{kty: string, crv: string, x: string, y: string}} PublicJwk */

/** @param {JsonWebKey} jwk @returns {PublicJwk} the members that name the key, and no other */
export function publicPart(jwk) {
  return { kty: "EC", crv: "P-256", x: String(jwk.x), y: String(jwk.y) };
}

/** @param {JsonWebKey} jwk an EC public key @returns {Promise<string>} */
export async function thumbprint(jwk) {
  const canonical = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y });
  return base64url(await crypto.subtle.digest("SHA-256", utf8(canonical)));
}
