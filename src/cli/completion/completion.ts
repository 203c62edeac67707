import { EXIT } from "../exit.ts";
import type { Context } from "../surroundings.ts";
import { refuse } from "../with-company.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** `muster completion bash|zsh|fish`: the script that lets the shell complete words by asking muster. */
export async function completion(context: Context, shell: string): Promise<number> {
  const script = SCRIPTS[shell as Shell] as string | undefined;
  if (script === undefined)
    return refuse(context, [
      {
        code: "bad-input",
        message: `There is no completion for "${shell}".`,
        mend: `Write one of: ${SHELLS.join(", ")}.`,
      },
    ]);
  context.terminal.answer.line(script);
  return EXIT.done;
}

/** The last word is what is being written; where muster names nothing, the shell names files. */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# eval "$(muster completion bash)"
_muster() {
  local IFS=$'\\n'
  COMPREPLY=($(muster complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _muster muster`,
  zsh: `# eval "$(muster completion zsh)"
if (( ! $+functions[compdef] )); then autoload -Uz compinit; compinit; fi
_muster() {
  local -a found
  found=("\${(@f)$(muster complete -- "\${(@Q)words[@]:1:$((CURRENT-1))}" 2>/dev/null | sed -e 's/:/\\\\:/g' -e $'s/\\t/:/')}")
  if [[ -n "$found" ]]; then _describe muster found; else _files; fi
}
compdef _muster muster`,
  fish: `# muster completion fish | source
function __muster
  set -l words (commandline -opc)
  set -l found (muster complete -- $words[2..] (commandline -ct) 2>/dev/null)
  if set -q found[1]
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c muster -f -a '(__muster)'`,
};
