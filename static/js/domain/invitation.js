/** An invitation 邀请码 as it comes to a tablet: behind the # of an address, in a QR code or in the address bar. */

const PAGE = "/tablet/enrol";
const FRAGMENT = /^#invitation=([BCDFGHJKMNPQRSTVWXYZ]{16})$/;

/** @param {string} hash @returns {string} the code, or nothing */
export function codeIn(hash) {
  return FRAGMENT.exec(hash)?.[1] ?? "";
}

/**
 * @param {string} text what a QR code says @param {string} origin of our own server
 * @returns {{code: string, foreign: string}} `foreign`: the server that made it, when it is not ours
 */
export function scanned(text, origin) {
  const address = URL.canParse(text) ? new URL(text) : null;
  const code = address?.pathname === PAGE ? codeIn(address.hash) : "";
  if (!address || !code) return { code: "", foreign: "" };
  return address.origin === origin ? { code, foreign: "" } : { code: "", foreign: address.host };
}
