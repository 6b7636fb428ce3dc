// Says on each page what waits on this device, and keeps what is typed where nothing can be kept. The rest is the service worker's.
const place = document.getElementById("waiting");
const keeper = place?.dataset.keeper;
const ready = document.querySelector("[data-ready]");
const NAMES = { person: ["person", "people"], note: ["note", "notes"], register: ["register", "registers"] };
const CANNOT = "There is no signal, and this browser cannot keep things without it. What you typed stays here: try again when there is some.";
const able = isSecureContext && "serviceWorker" in navigator && "indexedDB" in window && Boolean(crypto.subtle);
let waits = 0;

function say(words, kind = "info", link = null) {
  const box = Object.assign(document.createElement("div"), { className: `notice notice--${kind}` });
  const line = box.appendChild(Object.assign(document.createElement("p"), { className: "notice__words", textContent: words }));
  if (link) line.append(" ", Object.assign(document.createElement("a"), { className: "govuk-link", ...link }));
  place.append(box);
  return box;
}

/** 3 waiting to be sent: 2 people, 1 note. They go when there is signal. */
function waiting(mine) {
  const kinds = Object.keys(NAMES).filter((kind) => mine[kind]);
  const number = kinds.reduce((sum, kind) => sum + mine[kind], 0);
  const parts = kinds.map((kind) => `${mine[kind]} ${NAMES[kind][mine[kind] === 1 ? 0 : 1]}`);
  const how = keeper ? "when there is signal" : "after you sign in";
  return [number, `${number} waiting to be sent: ${parts.join(", ")}. ${number === 1 ? "It goes" : "They go"} ${how}.`];
}

/** The form is ready for the next: empty, with a token of its own. A register stays as it was marked: saved again, it replaces the one that waits. */
function next(form, kind) {
  const { once } = form.elements;
  if (kind === "register") {
    replacing(form, once.value);
    once.value = crypto.randomUUID(); // the one that was kept may be on its way already: under its token nothing else is taken
    return;
  }
  form.reset();
  for (const field of form.querySelectorAll("input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea")) field.value = "";
  once.value = crypto.randomUUID();
  form.querySelector("input:not([type=hidden]), textarea")?.focus({ preventScroll: true });
}

/** Which one on this device a register replaces when it is saved again. Of another course it is another register, and replaces none. */
function replacing(form, once) {
  const { course } = form.elements;
  const field = form.elements.replaces ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "replaces" }));
  field.value = once;
  if (!course) return;
  const kept = course.value;
  course.onchange = () => (field.value = course.value === kept ? once : "");
}

function told({ mine = {}, others, stuck, failed, back, sent, kept, lost, ready: can }) {
  const [number, words] = waiting(mine);
  waits = number;
  if (ready) ready.textContent = can ? "This device can work without signal." : "This device is being made ready to work without signal.";
  if (number && !kept && !lost && !others && !back && !stuck && !failed && place.textContent.includes(words)) return;
  place.replaceChildren();
  if (lost) {
    say(CANNOT, "error");
    scrollTo({ top: 0 });
    return;
  }
  const form = kept && [...document.querySelectorAll("form[data-keeps]")].find((each) => each.elements.once?.value === kept.once);
  if (form) next(form, kept.kind);
  if (number) say(form ? `Kept on this device. ${words}` : words, form ? "success" : "info");
  else if (sent) say(`Sent: ${sent} that ${sent === 1 ? "was" : "were"} waiting on this device.`, "success");
  if (others) {
    const [verb, it, goes] = others === 1 ? ["waits", "it", "goes"] : ["wait", "them", "go"];
    say(`${others}${number ? " more" : ""} ${verb} on this device for whoever typed ${it}, and ${goes} after they sign in.`);
  }
  if (back && location.pathname !== "/waiting/") say(`${back} came back to be put right.`, "ours", { href: "/waiting/", textContent: "Look at what came back" });
  if (stuck) say(`${stuck} on this device cannot be opened by the server. Tell whoever looks after Pathways, and type ${stuck === 1 ? "it" : "them"} again.`, "error");
  if (failed) {
    const [it, goes] = failed === 1 ? ["It stays", "is"] : ["They stay", "are"];
    say(`${failed} could not be sent: the server does not manage to take ${failed === 1 ? "it" : "them"}. ${it} on this device and ${goes} tried again every hour. Tell whoever looks after Pathways, and do not clear this browser’s data.`, "error");
  }
  if (form) {
    scrollTo({ top: 0 });
    navigator.storage?.persist?.(); // asked once something depends on it: the browser may not tidy it away
  }
}

/** Where nothing stands between the page and the network, a form is sent only when there is somebody to take it. */
async function asks(event) {
  const form = event.target;
  if (!form.matches("form[data-keeps]") || form.dataset.sure || navigator.serviceWorker?.controller) return;
  event.preventDefault();
  try {
    const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error("away");
    form.dataset.sure = "1";
    form.requestSubmit(event.submitter);
    delete form.dataset.sure;
  } catch {
    place.replaceChildren();
    say(CANNOT, "error");
    scrollTo({ top: 0 });
  }
}

/** A blank form stands in for the page of this address: it takes the address's course, and a token of its own. */
function blank(form) {
  form.elements.once.value = crypto.randomUUID();
  const [, course, day] = location.pathname.match(/^\/courses\/([0-9a-f-]{36})\/register\/(\d{4}-\d\d-\d\d)\/$/) ?? [];
  const known = [...(form.elements.course?.options ?? [])].some((each) => each.value === course);
  if (known) {
    form.elements.course.value = course;
    const words = new Date(`${day}T12:00`).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
    document.querySelector("[data-day]").textContent = `For this course, the register of ${words}.`;
  }
}

if (place) {
  addEventListener("submit", asks);
  document.querySelectorAll("form[data-keeps]:has([name=blank])").forEach(blank);
  if (ready && !able) ready.textContent = "This browser cannot keep things without signal.";
}
if (place && able) {
  const workers = navigator.serviceWorker;
  const meet = async () => (await workers.ready).active.postMessage(keeper ? { keeper } : {});
  workers.addEventListener("message", ({ data }) => told(data));
  workers.startMessages();
  if (keeper) workers.register("/service-worker.js").then(meet, () => {});
  else workers.getRegistration().then((known) => known && meet());
  addEventListener("online", meet);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && meet());
  setInterval(() => waits && navigator.onLine && meet(), 30_000);
}
