// Styles as constructed sheets: no content security policy forbids them. They apply to nothing of the publisher's.
export const overlay = `
:host { all: initial; position: absolute; inset-block-start: 0; left: 0; inline-size: 0; block-size: 0; z-index: 2147483000; color-scheme: light dark; font: 13px/1.3 system-ui, sans-serif; }
:host([hidden]), [hidden] { display: none !important; }
button { box-sizing: border-box; cursor: pointer; font: inherit; }
button:focus-visible { outline: 2px solid light-dark(#7b1e3a, #f0a3b5); outline-offset: 2px; }
.marker { position: absolute; top: 0; left: 0; min-width: 26px; height: 24px; padding: 0 6px; border: 1px solid light-dark(#c9c1b0, #55514a); border-radius: 12px 12px 12px 3px; background: light-dark(#fffefb, #1f1e1c); color: light-dark(#57524a, #b3ada1); font-weight: 600; font-variant-numeric: tabular-nums; }
.marker:hover { color: light-dark(#7b1e3a, #f0a3b5); border-color: currentcolor; }
.open { position: fixed; inset-block-end: 16px; inset-inline-end: 16px; min-height: 44px; padding: 0 18px; border: 0; border-radius: 22px; background: light-dark(#1d1b17, #ece8df); color: light-dark(#fbfaf6, #141413); font-size: 15px; font-weight: 600; box-shadow: 0 4px 18px rgb(0 0 0 / 25%); }
.panel { position: fixed; inset-block: 0; inset-inline-end: 0; inline-size: clamp(300px, var(--room, 420px), 420px); background: light-dark(#fbfaf6, #141413); border-inline-start: 1px solid light-dark(#e3ddd0, #35332f); box-shadow: 0 0 40px rgb(0 0 0 / 18%); }
.panel > iframe { display: block; inline-size: 100%; block-size: 100%; border: 0; }
@media (max-width: 1023px) { .panel:not(.below) { inset-block: auto 0; inset-inline: 0; inline-size: auto; block-size: min(75vh, 720px); border: 0; border-start-start-radius: 14px; border-start-end-radius: 14px; overflow: hidden; } }
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
