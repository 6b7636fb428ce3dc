// Stands between the pages and the network. VERSION, FILES and BLANKS are written above this by the server.
//
// Three forms may be filled in without signal. What is typed is sealed at once with the public half of a key whose private half
// never leaves the server, and lies in IndexedDB until it was taken; beside it in plain: what kind it is, a random token, its size,
// the time, and how often the server failed on it. The caches hold style sheet, scripts and blank forms: nobody's name.
const CACHE = `pathways-${VERSION}`;
const BLANK = "pathways-blank";
const PURPOSE = "pathways: a form kept without signal";
const [SOON, LATER, HOUR] = [20_000, 10 * 60_000, 60 * 60_000];
// What a proxy says while nobody stands behind it, and the server while it is busy: as good as no signal.
const AWAY = [502, 503, 504];
// A form that the server failed on so often is said aloud, and tried once an hour from then on.
const OFTEN = 3;
// Beside the words: the stamp of the session, the envelope's own name, and the name of the one that it replaces on this device.
const NOT_WORDS = ["csrfmiddlewaretoken", "once", "replaces"];
const ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const at = (path) => new RegExp(`^/${path}/$`);
const KINDS = { person: at("people/add"), note: at(`(?:people/${ID}|waiting/blank/note)`), register: at(`(?:courses/${ID}/register/[0-9-]{10}|waiting/blank/register)`) };
const POSTED = { ...KINDS, note: at(`(?:pathways/${ID}/notes|people/${ID}|waiting/blank/note)`) };
const START = /^\/(?:(?:today|caseload|people|courses|events|unclaimed|board|waiting|pathways)\/.*)?$/;
const kindOf = (kinds, path) => Object.keys(kinds).find((kind) => kinds[kind].test(path));

// -- what lies on the device ----------------------------------------------------------------------------------------------------

function open() {
  return new Promise((done, fail) => {
    const asked = indexedDB.open("pathways", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("waiting", { keyPath: "once" });
      asked.result.createObjectStore("keys", { keyPath: "key" });
      asked.result.createObjectStore("now");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = asked.onblocked = () => fail(asked.error);
  });
}

/** One request on one store; a write is over when it is on the disk. */
async function on(store, write, act) {
  const db = await open();
  try {
    return await new Promise((done, fail) => {
      const all = db.transaction(store, write ? "readwrite" : "readonly", { durability: "strict" });
      const asked = act(all.objectStore(store));
      all.oncomplete = () => done(asked.result);
      all.onabort = all.onerror = () => fail(all.error);
    });
  } finally {
    db.close();
  }
}
const read = (store, key) => on(store, false, (rows) => rows.get(key));
const list = (store) => on(store, false, (rows) => rows.getAll());
const put = (store, value, key) => on(store, true, (rows) => rows.put(value, key));
const drop = (store, key) => on(store, true, (rows) => rows.delete(key));

/** What waits, in the place of what was kept of the same form before: in one step, so that no moment has neither. */
const keepRow = (row, replaces) =>
  on("waiting", true, (rows) => {
    const kept = rows.put(row); // first: where it cannot be written, nothing goes
    const old = rows.get(replaces);
    // Of another day it may be another register (one from memory is of the day of its typing), of another key somebody else's: both stay.
    const same = ({ key, kind, at }) => key === row.key && kind === row.kind && new Date(at).toDateString() === new Date(row.at).toDateString();
    old.onsuccess = () => old.result && same(old.result) && rows.delete(replaces);
    return kept;
  });

/** A row that was sent: what came of it, or it goes. One that was kept anew meanwhile has words that were not sent, and stays as it is. */
const settle = ({ once, at }, more) =>
  on("waiting", true, (rows) => {
    const now = rows.get(once);
    now.onsuccess = () => {
      if (now.result?.at !== at) return;
      if (more) rows.put({ ...now.result, ...more });
      else rows.delete(once);
    };
    return now;
  });

/** More is known of the device, if whoever it was has not left meanwhile. */
const amend = (keeper, more) =>
  on("now", true, (rows) => {
    const now = rows.get("device");
    now.onsuccess = () => now.result?.keeper === keeper && rows.put({ ...now.result, ...more }, "device");
    return now;
  });

/** Whoever works here leaves: no more blank forms, no more sealing. What waits stays for them. */
const forget = () => Promise.all([caches.delete(BLANK), drop("now", "device")]);

// -- sealing --------------------------------------------------------------------------------------------------------------------

const text = new TextEncoder();
const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function base64(buffer) {
  let letters = "";
  for (const byte of new Uint8Array(buffer)) letters += String.fromCharCode(byte);
  return btoa(letters);
}

/** Anybody who holds the device can do this; nobody there can undo it. Length is told in steps of 512 bytes. */
async function seal(words, { key, publicHalf, once, kind }) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = await crypto.subtle.importKey("raw", bytes(publicHalf), curve, false, []);
  const ours = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const point = await crypto.subtle.exportKey("raw", ours.publicKey);
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: point, info: text.encode(PURPOSE) };
  const sealing = await crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = text.encode(JSON.stringify(words));
  const padded = new Uint8Array(512 * Math.ceil(plain.length / 512)).fill(32);
  padded.set(plain);
  const additionalData = text.encode(`${key} ${once} ${kind}`);
  const body = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, sealing, padded);
  return new Blob([point, iv, body]).arrayBuffer();
}

async function keep(kind, path, fields) {
  const device = await read("now", "device");
  const held = device && (await read("keys", device.key));
  if (!held) throw new Error("nobody works here");
  const said = (wanted) => fields.find(([name]) => name === wanted)?.[1];
  const once = said("once") || crypto.randomUUID();
  const now = Date.now();
  const words = { path, fields: fields.filter(([name]) => !NOT_WORDS.includes(name)), at: now };
  const sealed = await seal(words, { key: held.key, publicHalf: held.publicHalf, once, kind });
  await keepRow({ once, kind, key: held.key, size: sealed.byteLength, at: now, sealed }, said("replaces") || "");
  return once;
}

// -- sending --------------------------------------------------------------------------------------------------------------------

const asked = (path, more) => fetch(path, { redirect: "manual", cache: "no-store", ...more });

async function tell(more = {}) {
  const [device, keys, rows] = await Promise.all([read("now", "device"), list("keys"), list("waiting")]);
  const keeper = new Map(keys.map((each) => [each.key, each.keeper]));
  const said = { ready: Boolean(device?.blanksAt), back: device?.back ?? 0, mine: {}, others: 0, stuck: 0, failed: 0, ...more };
  for (const row of rows) {
    const mine = device && keeper.get(row.key) === device.keeper;
    if (row.stuck) said.stuck += 1;
    else if (mine && row.failed >= OFTEN) said.failed += 1;
    else if (mine) said.mine[row.kind] = (said.mine[row.kind] ?? 0) + 1;
    else said.others += 1;
  }
  for (const page of await clients.matchAll({ type: "window", includeUncontrolled: true })) page.postMessage(said);
}

/** Everything of whoever is signed in, one by one, the first typed first; each is dropped when the server has it. */
async function send(device) {
  const rows = (await list("waiting")).sort((one, other) => one.at - other.at);
  if (!rows.length && Date.now() - (device.askedAt ?? 0) < LATER && !device.back) return 0;
  const answer = await asked("/api/waiting/");
  if (!answer.ok) return 0;
  const { keys, csrf } = await answer.json();
  const rests = ({ failed, triedAt }) => failed >= OFTEN && Math.abs(Date.now() - triedAt) < HOUR;
  let sent = 0;
  for (const row of rows.filter((each) => keys.includes(each.key) && !each.stuck && !rests(each))) {
    const { once, kind, key, sealed, failed = 0 } = row;
    const body = new URLSearchParams({ once, kind, key, now: Date.now(), sealed: base64(sealed) });
    const taken = await asked("/api/waiting/", { method: "POST", headers: { "X-CSRFToken": csrf }, body });
    if (taken.ok) {
      const { state } = await taken.json();
      if (!state) break;
      await settle(row);
      sent += 1;
      if (sent % 5 === 0) await tell();
    } else if (taken.status === 422) await settle(row, { stuck: true }); // it does not open there: said aloud, never dropped
    else if (taken.status < 400 || [401, 403, 429, ...AWAY].includes(taken.status)) break; // busy, or signed out meanwhile: for the next time
    else if (taken.status !== 404) await settle(row, { failed: failed + 1, triedAt: Date.now() }); // this one alone: the others go on
  }
  const after = await asked("/api/waiting/");
  if (after.ok) await amend(device.keeper, { back: (await after.json()).back, askedAt: Date.now() });
  return sent;
}

/** Blank forms for the next time without signal. One that cannot be fetched stays as it lies here, and is asked for again. */
async function refresh(device) {
  if (Date.now() - device.blanksAt < HOUR && device.version === VERSION) return;
  const blanks = await caches.open(BLANK);
  let whole = true;
  for (const path of Object.values(BLANKS)) {
    const answer = await asked(path);
    if (answer.ok) await blanks.put(path, answer);
    else if ([403, 404].includes(answer.status)) await blanks.delete(path); // not for them, or not any more
    else whole = false;
  }
  if (whole) await amend(device.keeper, { blanksAt: Date.now(), version: VERSION });
}

/** A page is open with signal, and somebody is signed in: a key for them, then what waits goes, then blank forms. */
async function meet(keeper) {
  let device = await read("now", "device");
  if (device?.keeper !== keeper) {
    await forget();
    const answer = await asked("/api/waiting/");
    if (!answer.ok) return;
    const { csrf, keys } = await answer.json();
    let held = (await list("keys")).find((each) => each.keeper === keeper && keys.includes(each.key));
    if (!held) {
      const given = await asked("/api/waiting/key/", { method: "POST", headers: { "X-CSRFToken": csrf } });
      if (!given.ok) return;
      const { key, public: publicHalf } = await given.json();
      held = { key, keeper, publicHalf };
      await put("keys", held);
    }
    device = { keeper, key: held.key };
    await put("now", device, "device");
  }
  const sent = await send(device);
  await refresh(device).catch(() => {}); // the line was cut meanwhile: what was sent is said all the same
  await tell({ sent });
}

let turn = Promise.resolve();
/** One after another: two pages that open at once do not both send. Without signal nothing is lost by failing. */
const inTurn = (act) => (turn = turn.then(act).catch(() => tell().catch(() => {})));

// -- the doors ------------------------------------------------------------------------------------------------------------------

const soon = (answer, within) => Promise.race([answer, new Promise((_, late) => setTimeout(late, within, new Error("late")))]);

/** A form on its way: by the network if it can, else kept. The page stays as it is (204), and is told. */
async function posted(request, kind, path) {
  const fields = [...(await request.clone().formData())].filter(([, value]) => typeof value === "string");
  if (!fields.some(([name]) => name === "blank")) {
    try {
      const answer = await soon(fetch(request), SOON);
      if (!AWAY.includes(answer.status)) return answer;
    } catch {
      // no signal, or none to speak of
    }
    // Should the server have taken it after all, the same token is taken once.
  }
  try {
    const once = await keep(kind, path, fields);
    await tell({ kept: { path, kind, once } });
    const device = await read("now", "device");
    if (navigator.onLine) inTurn(() => meet(device.keeper));
  } catch {
    await tell({ lost: { path } }).catch(async () => {
      for (const page of await clients.matchAll({ type: "window" })) page.postMessage({ lost: { path } });
    });
  }
  return new Response(null, { status: 204 });
}

async function shown(request, kind) {
  try {
    return await (kind === "start" ? fetch(request) : soon(fetch(request), SOON));
  } catch (gone) {
    const blanks = await caches.open(BLANK);
    const found = (await blanks.match(BLANKS[kind], { ignoreVary: true })) ?? (await blanks.match(BLANKS.start, { ignoreVary: true }));
    if (found) return found;
    throw gone;
  }
}

async function file(request, path) {
  try {
    return await fetch(request);
  } catch (gone) {
    const found = await (await caches.open(CACHE)).match(path, { ignoreVary: true });
    if (found) return found;
    throw gone;
  }
}

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(CACHE).then((all) => all.addAll(FILES)));
});
addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("pathways-") && name !== CACHE && name !== BLANK;
  const tidied = caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))));
  event.waitUntil(tidied.then(() => clients.claim()));
});
addEventListener("message", (event) => {
  const { keeper } = event.data ?? {};
  event.waitUntil(keeper ? inTurn(() => meet(keeper)) : tell().catch(() => {}));
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate" && request.method === "POST") {
    const kind = kindOf(POSTED, pathname);
    if (kind) event.respondWith(posted(request, kind, pathname));
    else if (pathname === "/sign-out/") event.waitUntil(forget());
  } else if (request.mode === "navigate" && request.method === "GET") {
    const kind = kindOf(KINDS, pathname) ?? (START.test(pathname) ? "start" : "");
    if (kind) event.respondWith(shown(request, kind));
  } else if (request.method === "GET" && FILES.includes(pathname)) {
    event.respondWith(file(request, pathname));
  }
});
