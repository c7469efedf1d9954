// Keys of the staff's desks. Everything works without this file.
// j and k walk the rows, Enter opens, / goes to the number; Ctrl+Enter sends the form that is written in.
// Single keys are off while somebody types and can be switched off altogether (WCAG 2.1.4).
const SWITCH = 'desk-single-keys';
const box = document.getElementById('single-keys');
const links = () => [...document.querySelectorAll('.row-link')];

const on = () => {
  try {
    return localStorage.getItem(SWITCH) !== 'off';
  } catch {
    return true;
  }
};

if (box) {
  box.checked = on();
  box.addEventListener('change', () => {
    try {
      localStorage.setItem(SWITCH, box.checked ? 'on' : 'off');
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  });
}

const types = (element) =>
  element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

const walk = (step) => {
  const all = links();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
  all[to].focus();
  all[to].scrollIntoView({ block: 'nearest' });
};

document.addEventListener('keydown', (event) => {
  const target = event.target;
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && target instanceof HTMLTextAreaElement) {
    event.preventDefault();
    target.form?.requestSubmit();
    return;
  }
  const allowed = box ? box.checked : on();
  if (!allowed || event.ctrlKey || event.metaKey || event.altKey || types(target)) return;
  if (event.key === 'j') walk(1);
  else if (event.key === 'k') walk(-1);
  else if (event.key === '/') {
    const number = document.getElementById('number');
    if (!number) return;
    event.preventDefault();
    number.focus();
  }
});

// What is written and not sent is not lost by a click beside it.
let written = false;
for (const form of document.querySelectorAll('.action form')) {
  form.addEventListener('input', () => { written = true; });
  form.addEventListener('submit', () => { written = false; });
}
addEventListener('beforeunload', (event) => {
  if (written) event.preventDefault();
});
