// Small enhancements only: every page works without this file.
import { Button, createAll, ErrorSummary, SkipLink } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

createAll(ErrorSummary);
createAll(SkipLink);
createAll(Button, { preventDoubleClick: true });

// A talk counted draws the page again: the button stays where it was on the screen, for a thumb that presses it again.
const STAYS = "talks:stays";
const firstPress = (id) => document.getElementById(id)?.querySelector(".one-tap__press");
document.addEventListener("submit", ({ target }) => {
  const around = target.querySelector('input[name="press"]') && target.closest("#talks, .row[id]");
  const top = around && firstPress(around.id)?.getBoundingClientRect().top;
  if (Number.isFinite(top)) sessionStorage.setItem(STAYS, JSON.stringify([around.id, top]));
});
const [stays, top] = JSON.parse(sessionStorage.getItem(STAYS) ?? "[]");
sessionStorage.removeItem(STAYS);
const again = stays && firstPress(stays);
if (again) {
  history.scrollRestoration = "manual";
  const put = () => scrollBy({ top: again.getBoundingClientRect().top - top, behavior: "instant" });
  put();
  addEventListener("load", put, { once: true }); // the place that the address names comes last
}
