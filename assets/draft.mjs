// Keeps what was typed on this device until it is sent, so that a lost connection or a closed page costs
// nothing. The pages work without it. It sends nothing: only the person does.
//
// Words and places stay for a day (localStorage); who speaks only as long as this tab (sessionStorage), so that
// on a telephone of many hands no name is left. Everything is wiped when the appeal is in.

const KEY = 'jolda-draft';
const KEPT_MS = 86_400_000;
const SAVE_MS = 300;
const PERSONAL = new Set(['name', 'phone', 'email']);
const NEVER = new Set(['key', 'go', 'asked', 'consent', 'join']);

const told = document.getElementById('draft');
const form = document.getElementById('appeal-form');
const say = (which) => { told.textContent = told.dataset[which] ?? ''; };

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}

function read(store) {
  try {
    const draft = JSON.parse(store.getItem(KEY) ?? 'null');
    return draft && Date.now() - draft.at < KEPT_MS ? draft.values : {};
  } catch {
    return {};
  }
}

function write(store, values) {
  try {
    store.setItem(KEY, JSON.stringify({ at: Date.now(), values }));
  } catch {
    // A full or forbidden store: the form works as without it.
  }
}

function wipe() {
  for (const store of [localStorage, sessionStorage]) {
    try { store.removeItem(KEY); } catch { /* forbidden: nothing is there */ }
  }
}

/** Fields that the person sees; hidden ones are the server's. */
const fields = () => [...form.elements].filter((field) => field.name && field.type !== 'hidden'
  && field.type !== 'submit' && !NEVER.has(field.name));

function save() {
  const kept = { open: read(localStorage), personal: read(sessionStorage) };
  for (const field of fields()) {
    const values = PERSONAL.has(field.name) ? kept.personal : kept.open;
    if (field.type === 'radio') {
      if (field.checked) values[field.name] = field.value;
    } else {
      values[field.name] = field.type === 'checkbox' ? field.checked : field.value;
    }
  }
  write(localStorage, kept.open);
  write(sessionStorage, kept.personal);
}

/** Only what is empty is filled: what the server or a link says counts more. */
function restore() {
  const kept = { ...read(localStorage), ...read(sessionStorage) };
  let filled = false;
  for (const field of fields()) {
    const value = kept[field.name];
    if (typeof value === 'string' && value && field.type !== 'radio' && !field.value) {
      field.value = value;
      filled ||= field.value === value;
    }
    if (value === true && field.type === 'checkbox' && !field.checked) {
      field.checked = true;
      filled = true;
    }
  }
  if (filled) say('back');
}

if (told?.dataset.sent) {
  wipe();
} else if (form && form.dataset.step !== 'check') {
  // The second screen always comes filled in: only words are brought back.
  if (form.dataset.step === 'person') restore();
  let waiting;
  form.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, SAVE_MS);
  });
  addEventListener('pagehide', save);
}

if (form) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.step !== 'check') save();
    if (!navigator.onLine) {
      event.preventDefault();
      say('offline');
    }
  });
  addEventListener('offline', () => say('offline'));
  addEventListener('online', () => say('kept'));
}
