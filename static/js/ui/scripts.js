/**
 * The one Trusted Types policy: the URLs of scripts that this app starts by
 * itself, the service worker and the workers for photos and QR codes. Nothing else is a script.
 */

const OURS = new Set(["/sw.js", "/static/dist/photo.js", "/static/dist/qr.js"]);

/** @param {string} url @returns {string} */
function checked(url) {
  if (!OURS.has(url)) throw new TypeError("not a script of ours");
  return url;
}

/** @type {{createScriptURL: (url: string) => string}} */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("app", { createScriptURL: checked })
  ?? { createScriptURL: checked };

/** @param {string} url one of ours @returns {string} */
export function scriptUrl(url) {
  return policy.createScriptURL(url);
}
