// Small enhancements only: every page works without this file.
import { Button, createAll, ErrorSummary, NotificationBanner, SkipLink } from "./govuk-frontend.min.js";

createAll(ErrorSummary);
createAll(SkipLink);
createAll(NotificationBanner);
createAll(Button, { preventDoubleClick: true });
