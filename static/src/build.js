// Makes static/built/ from this folder and from the packages of package.json: one style sheet, two scripts; and var/fonts/ for letters.
// Nothing of a third party is committed; see LICENCES.md beside this file.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, "..", "built");
const govuk = join(here, "..", "..", "node_modules", "govuk-frontend");

/** Left and right become start and end, so that a page in a right-to-left language needs no second style sheet. */
function withoutSides(css) {
  return css
    .replace(/(?<=[{;])(margin|padding)-(left|right)(?=:)/g, (_, what, side) => `${what}-inline-${ends[side]}`)
    .replace(/(?<=[{;])border-(left|right)(-width|-style|-color)?(?=:)/g, (_, side, part) => `border-inline-${ends[side]}${part ?? ""}`)
    .replace(/(?<=[{;])(left|right)(?=:)/g, (_, side) => `inset-inline-${ends[side]}`)
    .replace(/(?<=[{;]text-align:)(left|right)\b/g, (_, side) => ends[side]);
}
const ends = { left: "start", right: "end" };

const compiled = sass.compile(join(here, "pathways.scss"), {
  style: "compressed",
  sourceMap: false,
  charset: false,
  loadPaths: [join(govuk, "dist")],
  quietDeps: true,
});
const css = withoutSides(compiled.css);
if (/url\(|sourceMappingURL|@font-face/.test(css)) {
  throw new Error("The style sheet names a picture, a font or a source map: the pages have none (no crest, no typeface of others).");
}

const { version } = JSON.parse(readFileSync(join(govuk, "package.json"), "utf8"));
const notice = `/*! with parts of govuk-frontend ${version}, MIT licence, Copyright (C) Crown Copyright (Government Digital Service) */\n`;

mkdirSync(built, { recursive: true });
writeFileSync(join(built, "pathways.css"), `@charset "utf-8";\n${notice}${css}`);
const script = readFileSync(join(govuk, "dist", "govuk", "govuk-frontend.min.js"), "utf8");
writeFileSync(join(built, "govuk-frontend.min.js"), notice + script.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"));
for (const own of ["pathways.js", "no-signal.js", "service-worker.js"]) copyFileSync(join(here, own), join(built, own));

// Typefaces of letters on paper, one for each script. They lie apart from what is served: pages keep to the reader's own.
const fonts = join(here, "..", "..", "var", "fonts");
mkdirSync(fonts, { recursive: true });
for (const [name, file] of [
  ["noto-sans", "NotoSans"],
  ["noto-sans-arabic", "NotoSansArabic"],
  ["noto-nastaliq-urdu", "NotoNastaliqUrdu"],
  ["noto-sans-bengali", "NotoSansBengali"],
  ["noto-sans-gurmukhi", "NotoSansGurmukhi"],
]) {
  const carried = join(here, "..", "..", "node_modules", "@expo-google-fonts", name, "400Regular", `${file}_400Regular.ttf`);
  copyFileSync(carried, join(fonts, `${file}_400Regular.ttf`));
}
console.log(`static/built: pathways.css ${css.length} bytes, pathways.js, no-signal.js, service-worker.js, govuk-frontend.min.js`);
