/** Trusted types: what text may become markup or a script. Only what is known letter by letter: Leaflet's own constants, and
 * scripts that this console serves. All else throws, whoever wrote it. */

/** Nothing, and what Leaflet 1.9 writes as markup while it is loaded and for its two buttons. */
const MARKUP = new Set([
  "",
  "<svg/>",
  '<v:shape adj="1"/>',
  '<span aria-hidden="true">+</span>',
  '<span aria-hidden="true">&#x2212;</span>',
]);

type Policies = { createPolicy(name: string, rules: Record<string, (text: string) => string>): unknown };

/** Return markup that is known, or throw. */
export function knownMarkup(markup: string): string {
  if (MARKUP.has(markup)) return markup;
  throw new TypeError("markup that is not known");
}

/** Return the address of a script of this console, or throw. */
export function ownScript(address: string, origin: string): string {
  const url = new URL(address, origin);
  if (url.origin === origin && url.pathname.startsWith("/assets/")) return address;
  throw new TypeError("a script from elsewhere");
}

export function allowOwnScripts(): void {
  const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;
  policies?.createPolicy("default", {
    createHTML: knownMarkup,
    createScriptURL: (address) => ownScript(address, location.origin),
  });
}
