/** An invitation as a tablet reads it, against the vectors that Python writes. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { codeIn, scanned } from "../../static/js/domain/invitation.js";

const cases = JSON.parse(readFileSync(new URL("../vectors/invitation.json", import.meta.url), "utf8"));

test("a QR code of this server is an invitation, and no other is", () => {
  for (const { name, origin, scanned: text, code, foreign } of cases) assert.deepEqual(scanned(text, origin), { code, foreign }, name);
});

test("the fragment of the address is read strictly", () => {
  assert.equal(codeIn("#invitation=BCDFGHJKMNPQRSTV"), "BCDFGHJKMNPQRSTV");
  for (const odd of ["", "#", "#invitation=", "#invitation=bcdfghjkmnpqrstv", "#x&invitation=BCDFGHJKMNPQRSTV", "#invitation=BCDFGHJKMNPQRSTVW"]) {
    assert.equal(codeIn(odd), "", odd);
  }
});
