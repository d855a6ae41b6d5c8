// The tray pictures as SVG on a grid of 44: the mark, and a badge whose shape and colour tell the state.

const mark = (dim) => `
  <clipPath id="tile"><rect x="1" y="1" width="38" height="38" rx="10"/></clipPath>
  <g clip-path="url(#tile)" ${dim ? 'opacity="0.72"' : ''}>
    <rect width="40" height="40" fill="${dim ? '#5f7378' : '#0f6f79'}"/>
    <circle cx="20" cy="14" r="6.5" fill="${dim ? '#c9d3d5' : '#f6d58a'}"/>
    <path d="M0 20 C 6 15 13 15 20 20 S 34 25 40 20 V 40 H 0 Z" fill="${dim ? '#aebcbf' : '#8fd6d6'}"/>
    <path d="M0 29 C 6 24 13 24 20 29 S 34 34 40 29 V 40 H 0 Z" fill="#ffffff"/>
  </g>`;

const line = 'fill="none" stroke="#ffffff" stroke-width="3.4" stroke-linecap="round" stroke-linejoin="round"';
const disc = (fill, glyph) => `<circle cx="31" cy="31" r="12.5" fill="#ffffff"/><circle cx="31" cy="31" r="11" fill="${fill}"/>${glyph}`;
const triangle = (fill, glyph) =>
  `<path d="M31 18.5 L43 41.5 H19 Z" fill="#ffffff" stroke="#ffffff" stroke-width="3" stroke-linejoin="round"/><path d="M31 20 L41.5 40.5 H20.5 Z" fill="${fill}" stroke="${fill}" stroke-width="2" stroke-linejoin="round"/>${glyph}`;
const octagon = (fill, glyph) =>
  `<path d="M26 18.5 H36 L43.5 26 V36 L36 43.5 H26 L18.5 36 V26 Z" fill="#ffffff"/><path d="M26.6 20 H35.4 L42 26.6 V35.4 L35.4 42 H26.6 L20 35.4 V26.6 Z" fill="${fill}"/>${glyph}`;

const svg = (dim, badge) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 44 44">${mark(dim)}${badge}</svg>`;

export const trayPictures = {
  up_to_date: svg(false, disc('#157a4e', `<path d="M25.5 31.5 L29.5 35.5 L37 27" ${line}/>`)),
  syncing: svg(false, disc('#0b6973', `<path d="M27.5 36 V26 M24 29.3 L27.5 25.8 L31 29.3" ${line} stroke-width="2.8"/><path d="M34.5 26 V36 M31 32.7 L34.5 36.2 L38 32.7" ${line} stroke-width="2.8"/>`)),
  paused: svg(true, disc('#43575d', `<path d="M28 27 V35 M34 27 V35" ${line}/>`)),
  offline: svg(true, disc('#43575d', `<path d="M26 36 L36 26" ${line}/><circle cx="31" cy="31" r="7.4" ${line} stroke-width="2.6"/>`)),
  attention: svg(false, triangle('#b06f00', `<path d="M31 27.5 V33.5" ${line}/><circle cx="31" cy="38" r="1.9" fill="#ffffff"/>`)),
  error: svg(false, octagon('#b3261e', `<path d="M27 27 L35 35 M35 27 L27 35" ${line}/>`)),
  starting: svg(true, disc('#43575d', '<circle cx="25.5" cy="31" r="2.1" fill="#fff"/><circle cx="31" cy="31" r="2.1" fill="#fff"/><circle cx="36.5" cy="31" r="2.1" fill="#fff"/>')),
  not_set_up: svg(true, disc('#43575d', `<path d="M31 26 V36 M26 31 H36" ${line}/>`)),
};
