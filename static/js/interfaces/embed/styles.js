// Styles as constructed sheets: no content security policy forbids them. They apply to nothing of the publisher's.
export const overlay = `
:host { all: initial !important; position: absolute !important; top: 0 !important; left: 0 !important; width: 0 !important; height: 0 !important; z-index: 2147483000 !important; font: 13px/1.3 system-ui, sans-serif !important; }
:host([hidden]), [hidden] { display: none !important; }
.probe { position: absolute; top: 0; left: 0; width: 100px; height: 100px; visibility: hidden; pointer-events: none; }
.canvas { background: Canvas; }
button { box-sizing: border-box; cursor: pointer; font: inherit; }
button:focus-visible { outline: 2px solid var(--link, light-dark(#7b1e3a, #f0a3b5)); outline-offset: 2px; }
.marker { position: absolute; top: 0; left: 0; min-width: 26px; height: 24px; padding: 0 6px; border: 1px solid color-mix(in srgb, var(--ink, #888) 45%, var(--paper, light-dark(#fff, #111))); border-radius: 12px 12px 12px 3px; background: var(--paper, light-dark(#fffefb, #1f1e1c)); color: var(--ink, light-dark(#57524a, #b3ada1)); font-weight: 600; font-variant-numeric: tabular-nums; }
.marker:hover { color: var(--link, light-dark(#7b1e3a, #f0a3b5)); border-color: currentcolor; }
.open { position: fixed; inset-block: auto 16px; inset-inline: auto 16px; margin: 0; min-height: 44px; padding: 0 18px; border: 0; border-radius: 22px; background: var(--ink, light-dark(#1d1b17, #ece8df)); color: var(--paper, light-dark(#fbfaf6, #141413)); font-size: 15px; font-weight: 600; box-shadow: 0 4px 18px rgb(0 0 0 / 25%); }
.panel { box-sizing: border-box; position: fixed; inset-block: 0; inset-inline: auto 0; margin: 0; padding: 0; overflow: hidden; inline-size: clamp(300px, var(--room, 420px), 420px); block-size: auto; background: var(--paper, light-dark(#fbfaf6, #141413)); border: 0; border-inline-start: 1px solid color-mix(in srgb, var(--ink, #888) 16%, var(--paper, light-dark(#fff, #111))); box-shadow: 0 0 40px rgb(0 0 0 / 18%); }
.panel > iframe { display: block; inline-size: 100%; block-size: 100%; border: 0; opacity: 0; }
.panel > iframe.loaded { opacity: 1; }
@media (max-width: 1023px) { .panel:not(.below) { inset: auto 0 0; inline-size: auto; block-size: min(75vh, 720px); border: 0; border-start-start-radius: 14px; border-start-end-radius: 14px; overflow: hidden; } }
.panel.below { position: static; inline-size: auto; block-size: 640px; border: 0; box-shadow: none; }
@media (forced-colors: active) { .open, .panel:not(.below) { border: 1px solid; } }
@media print { :host { display: none; } }
`;

export const highlights = `
::highlight(parley-quoted) { text-decoration: underline dotted 1px; }
::highlight(parley-passage) { background-color: light-dark(#f6e6ea, #4a2a36); color: light-dark(#1d1b17, #fbfaf6); }
`;

export function sheet(text) {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}
