// Parses PowerShell scripts with the grammar of tree-sitter and names what is no PowerShell, what is
// PowerShell 7 only, and what is an alias: node syntax.mjs MODULES_FOLDER SCRIPT...
// MODULES_FOLDER is a node_modules with web-tree-sitter and tree-sitter-pwsh.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, ...scripts] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(modules, path)).href);
const { Language, Parser } = await load('web-tree-sitter/web-tree-sitter.js');
await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(join(modules, 'tree-sitter-pwsh/tree-sitter-powershell.wasm')));

// Nodes that Windows PowerShell 5.1 does not know, and ForEach-Object -Parallel.
const isNewer = (node) =>
    /ternary|null_coalesce|null_conditional|pipeline_chain_tail/.test(node.type) ||
    (node.type === 'command_parameter' && /^-Parallel$/i.test(node.text));

// The words of Pester, and cmdlets by their full names; aliases differ between versions and systems.
const isFullName = (name) =>
    /^[A-Z][A-Za-z]+-[A-Z]\w+$/.test(name) ||
    ['Describe', 'It', 'Should', 'BeforeAll', 'BeforeEach', 'BeforeDiscovery', 'cargo'].includes(name);

// A script is code; a format file holds pieces of it.
const codeOf = (path) => {
    const text = readFileSync(path, 'utf8');
    if (!path.endsWith('.ps1xml')) {
        return [text];
    }
    const blocks = [...text.matchAll(/<ScriptBlock>([^<]*)<\/ScriptBlock>/g)];
    return blocks.map(([, code]) => code.replace('&gt;', '>').replace('&lt;', '<').replace('&amp;', '&'));
};

let failures = 0;
for (const script of scripts) {
    const say = (node, what) => {
        failures += 1;
        console.error(`${script}:${node.startPosition.row + 1}:${node.startPosition.column + 1}: ${what}`);
    };
    const visit = (node) => {
        if (node.isError || node.isMissing) {
            say(node, `not PowerShell: ${node.text.slice(0, 60)}`);
        } else if (isNewer(node)) {
            say(node, `PowerShell 7 only: ${node.type}`);
        } else if (node.type === 'command_name' && !isFullName(node.text)) {
            say(node, `an alias, or a name in other letters: ${node.text}`);
        }
        node.children.forEach(visit);
    };
    for (const text of codeOf(script)) {
        visit(parser.parse(text).rootNode);
    }
}
console.log(`${scripts.length} scripts parsed, ${failures} complaints`);
process.exit(failures === 0 ? 0 : 1);
