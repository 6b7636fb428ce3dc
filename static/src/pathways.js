// Small enhancements only: every page works without this file.
import { Button, createAll, ErrorSummary, SkipLink } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

createAll(ErrorSummary);
createAll(SkipLink);
createAll(Button, { preventDoubleClick: true });
