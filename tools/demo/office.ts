import { zip } from './zip.ts';

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const types = 'http://schemas.openxmlformats.org/package/2006/content-types';
const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const markup = 'application/vnd.openxmlformats-officedocument';

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

interface Part {
  readonly path: string;
  readonly type: string;
  readonly xml: string;
}

interface Relation {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
}

function relationsXml(list: readonly Relation[]): string {
  const rows = list.map(({ id, kind, target }) => `<Relationship Id="${id}" Type="${office}/${kind}" Target="${target}"/>`);
  return `${declaration}<Relationships xmlns="${relations}">${rows.join('')}</Relationships>`;
}

function officeFile(main: Part, parts: readonly Part[], mainRelations: readonly Relation[]): Buffer {
  const overrides = [main, ...parts].map(({ path, type }) => `<Override PartName="/${path}" ContentType="${markup}.${type}+xml"/>`);
  const [folder = '', file = ''] = main.path.split('/');
  return zip([
    {
      name: '[Content_Types].xml',
      text: `${declaration}<Types xmlns="${types}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${overrides.join('')}</Types>`,
    },
    { name: '_rels/.rels', text: relationsXml([{ id: 'rId1', kind: 'officeDocument', target: main.path }]) },
    { name: `${folder}/_rels/${file}.rels`, text: relationsXml(mainRelations) },
    ...[main, ...parts].map(({ path, xml }) => ({ name: path, text: declaration + xml })),
  ]);
}

/** A Word document with these paragraphs. */
export function wordDocument(paragraphs: readonly string[]): Buffer {
  const body = paragraphs.map((text) => `<w:p><w:r><w:t xml:space="preserve">${escape(text)}</w:t></w:r></w:p>`).join('');
  const xml = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`;
  return officeFile({ path: 'word/document.xml', type: 'wordprocessingml.document.main', xml }, [], []);
}

/** A workbook with one sheet of these rows. */
export function workbook(rows: readonly (readonly (string | number)[])[]): Buffer {
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  const cell = (value: string | number): string =>
    typeof value === 'number' ? `<c><v>${value}</v></c>` : `<c t="inlineStr"><is><t>${escape(value)}</t></is></c>`;
  const data = rows.map((row) => `<row>${row.map(cell).join('')}</row>`).join('');
  const book = `<workbook ${main} xmlns:r="${office}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`;
  const sheet = {
    path: 'xl/worksheets/sheet1.xml',
    type: 'spreadsheetml.worksheet',
    xml: `<worksheet ${main}><sheetData>${data}</sheetData></worksheet>`,
  };
  return officeFile(
    { path: 'xl/workbook.xml', type: 'spreadsheetml.sheet.main', xml: book },
    [sheet],
    [{ id: 'rId1', kind: 'worksheet', target: 'worksheets/sheet1.xml' }],
  );
}

/** A presentation of one slide for each text. Without a theme: enough to be a real package, not a pretty one. */
export function presentation(texts: readonly string[]): Buffer {
  const spaces = `xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="${office}" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"`;
  const group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>';
  const slides = texts.map((text, index) => ({
    path: `ppt/slides/slide${index + 1}.xml`,
    type: 'presentationml.slide',
    xml: `<p:sld ${spaces}><p:cSld><p:spTree>${group}<p:sp><p:nvSpPr><p:cNvPr id="2" name="Text"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>${escape(text)}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>`,
  }));
  const ids = slides.map((_, index) => `<p:sldId id="${256 + index}" r:id="rId${index + 1}"/>`).join('');
  const xml = `<p:presentation ${spaces}><p:sldIdLst>${ids}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>`;
  const list = slides.map((_, index) => ({ id: `rId${index + 1}`, kind: 'slide', target: `slides/slide${index + 1}.xml` }));
  return officeFile({ path: 'ppt/presentation.xml', type: 'presentationml.presentation.main', xml }, slides, list);
}
