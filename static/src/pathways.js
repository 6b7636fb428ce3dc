// Small enhancements only: every page works without this file.
import { Button, createAll, ErrorSummary, SkipLink } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

createAll(ErrorSummary);
createAll(SkipLink);
createAll(Button, { preventDoubleClick: true });

// A press draws the page again: what was pressed stays where it was on the screen, and nobody else's button slides under the thumb.
const STAYS = "press:stays";
const firstPress = (id) => document.getElementById(id)?.querySelector(".one-tap__press");
document.addEventListener("submit", ({ target }) => {
  const counted = target.querySelector('input[name="press"]') && target.closest("#talks, .row[id]");
  const row = counted ? null : target.closest(".row");
  const top = counted ? firstPress(counted.id)?.getBoundingClientRect().top : row?.getBoundingClientRect().top;
  if (Number.isFinite(top)) sessionStorage.setItem(STAYS, JSON.stringify([counted ? counted.id : "acted", top]));
});
const [stays, top] = JSON.parse(sessionStorage.getItem(STAYS) ?? "[]");
sessionStorage.removeItem(STAYS);
const again = stays && (stays === "acted" ? document.getElementById(stays) : firstPress(stays));
if (again) {
  history.scrollRestoration = "manual";
  const put = () => scrollBy({ top: again.getBoundingClientRect().top - top, behavior: "instant" });
  put();
  addEventListener("load", put, { once: true }); // the place that the address names comes last
}
