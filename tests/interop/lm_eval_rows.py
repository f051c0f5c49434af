"""lm-eval's own YAML files on rows of our making in their authors' schema.

Their data sets lie on a hub; their wording, choices, targets, filters and metrics need only rows.
A file of ours includes the real one and puts local rows in the place of its data set.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROWS = 6
SHOTS = 6  # rows of the train and dev splits; gsm8k takes five of them as examples
WORDS = ("river", "stone", "maple tree", "cup", "old iron bridge", "sun", "kite", "snow", "red fox")

Row = Callable[[int], dict[str, Any]]
Known = Mapping[str, tuple[str, Row]]
"""Tasks of lm-eval: the file below lm_eval/tasks, and a row of its data set."""


def word(n: int) -> str:
    return WORDS[n % len(WORDS)]


def texts(n: int, count: int = 4) -> list[str]:
    return [word(n + 2 * i) for i in range(count)]


def drop(n: int) -> dict[str, Any]:
    date = {"day": "", "month": "", "year": ""}
    spans = [f"{word(n)} of {word(n + 1)}", *([word(n + 3)] if n % 3 == 0 else [])]
    answer = {"number": str(n) if n % 4 == 3 else "", "date": date, "spans": spans}
    none: dict[str, list[Any]] = {"number": [], "date": [], "spans": []}
    return {
        "query_id": f"q{n}",
        "passage": f"The {word(n)} of {word(n + 1)} stood by the {word(n + 3)}, {n} of them.",
        "question": "What stood there?",
        "answer": answer,
        "validated_answers": none,
    }


def pair(n: int) -> dict[str, Any]:
    """Two sentences and a label, under all names that data sets of pairs give them."""
    first = dict.fromkeys(("sentence1", "premise", "question1", "question"), f"A {word(n)} fell.")
    second = dict.fromkeys(
        ("sentence2", "hypothesis", "question2", "sentence"), f"So did {word(3)}"
    )
    return {**first, **second, "label": n % 2}


def story(n: int) -> dict[str, Any]:
    lines = {f"input_sentence_{i}": f"Then came a {word(n + i)}." for i in range(1, 5)}
    ends = {"sentence_quiz1": f"A {word(n)} fell.", "sentence_quiz2": "All went home."}
    return {**lines, **ends, "answer_right_ending": 1 + n % 2}


def arc(n: int) -> dict[str, Any]:
    choices = {"text": texts(n), "label": list("ABCD")}
    return {
        "question": f"What is like a {word(n)}?",
        "answerKey": "ABCD"[n % 4],
        "choices": choices,
    }


READ: Known = {
    "arc_easy": ("arc/arc_easy.yaml", arc),
    "arc_challenge": ("arc/arc_challenge.yaml", arc),
    "hellaswag": ("hellaswag/hellaswag.yaml", lambda n: {
        "ctx_a": f"A {word(n)} is seen.", "ctx_b": "the man", "activity_label": "Walking",
        "endings": [f"takes the {w} [step] home." for w in texts(n)], "label": str(n % 4)}),
    "piqa": ("piqa/piqa.yaml", lambda n: {
        "goal": f"To find a {word(n)},", "sol1": f"look under the {word(n + 1)}.",
        "sol2": f"ask a {word(n + 4)} about it.", "label": n % 2}),
    "winogrande": ("winogrande/default.yaml", lambda n: {
        "sentence": f"The {word(n)} did not fit the {word(n + 1)} because _ was too big.",
        "option1": word(n), "option2": word(n + 1), "answer": str(1 + n % 2)}),
    "boolq": ("super_glue/boolq/default.yaml", lambda n: {
        "passage": f"A {word(n)} may be {n} years old.", "question": f"is a {word(n)} old",
        "label": n % 2}),
    "openbookqa": ("openbookqa/openbookqa.yaml", lambda n: {
        "question_stem": "Birds rest on a", "answerKey": " " + "ABCD"[n % 4],
        "choices": {"text": texts(n), "label": list("ABCD")}}),
    "copa": ("super_glue/copa/default.yaml", lambda n: {
        "premise": f"The {word(n)} fell.", "question": ("cause", "effect")[n % 2],
        "choice1": f"The {word(n + 1)} moved.", "choice2": "It was cold.", "label": n % 2}),
    "mmlu_anatomy": ("mmlu/default/mmlu_anatomy.yaml", lambda n: {
        "question": f" Where is the {word(n)}? ", "choices": texts(n), "answer": n % 4,
        "subject": "anatomy"}),
    "truthfulqa_mc1": ("truthfulqa/truthfulqa_mc1.yaml", lambda n: {
        "question": f"What is a {word(n)}?",
        "mc1_targets": {"choices": texts(n, 2 + n % 4), "labels": [1, 0, 0, 0, 0][: 2 + n % 4]}}),
    "truthfulqa_mc2": ("truthfulqa/truthfulqa_mc2.yaml", lambda n: {
        "question": f"What is a {word(n)}?",
        "mc1_targets": {"choices": ["a"], "labels": [1]},
        "mc2_targets": {"choices": texts(n, 5), "labels": [1, 1, 0, n % 2, 0]}}),
    "lambada_openai": ("lambada/lambada_openai.yaml", lambda n: {
        "text": f"Count with me: {n} {n} {n} {n} {n} {n if n % 2 else word(n)}"}),
    "sciq": ("sciq/sciq.yaml", lambda n: {
        "support": f" A {word(n)} holds water.", "question": "What holds water?",
        "distractor1": word(n + 1), "distractor2": word(n + 2), "distractor3": word(n + 3),
        "correct_answer": word(n)}),
    "commonsense_qa": ("commonsense_qa/default.yaml", lambda n: {
        "question": f"Where is a {word(n)}?", "answerKey": "ABCDE"[n % 5],
        "choices": {"label": list("ABCDE"), "text": texts(n, 5)}}),
    "social_iqa": ("siqa/siqa.yaml", lambda n: {
        "context": f"Kim saw a {word(n)}.", "question": "What next?", "answerA": "run",
        "answerB": word(n + 1), "answerC": "sleep well", "label": str(1 + n % 3)}),
    "swag": ("swag/swag.yaml", lambda n: {
        "startphrase": f"The {word(n)}", "label": n % 4,
        **{f"ending{i}": f"is a {w}." for i, w in enumerate(texts(n))}}),
    "mathqa": ("mathqa/mathqa.yaml", lambda n: {
        "Problem": f"what is {n} + 2 ?", "correct": "abcde"[n % 5],
        "options": f"a ) {n} , b ) {n + 1} , c ) {n + 2} , d ) 31 , e ) none of these"}),
    "logiqa": ("logiqa/logiqa.yaml", lambda n: {
        "context": f"All who see the {word(n)} smile.", "question": "Who smiles?",
        "options": texts(n), "label": "abcd"[n % 4]}),
    "race": ("race/race.yaml", lambda n: {
        "article": f"A {word(n)} stood here.", "problems": repr([
            {"question": "It  _  .", "options": texts(n), "answer": "A"},
            {"question": "What stood here?", "options": texts(n), "answer": "ABCD"[n % 4]}])}),
    "sst2": ("glue/sst2/default.yaml", lambda n: {
        "sentence": f"a {word(n)} of a film", "label": n % 2}),
    "wsc273": ("wsc273/default.yaml", lambda n: {
        "text": (text := f"The {word(n)} hit the {word(n + 1)} as it was heavy."),
        "pronoun": "it", "pronoun_loc": text.index(" it ") + 1, "label": n % 2,
        "options": [f"The {word(n)}", f"The {word(n + 1)}"]}),
    "wic": ("super_glue/wic/default.yaml", lambda n: {
        "sentence1": "The bank is here.", "sentence2": f"A bank by the {word(n)}.",
        "start1": 4, "end1": 8, "label": n % 2}),
    "cb": ("super_glue/cb/default.yaml", lambda n: {
        "premise": f"He saw a {word(n)}.", "hypothesis": "he saw it", "label": n % 3}),
    "blimp_adjunct_island": ("blimp/adjunct_island.yaml", lambda n: {
        "sentence_good": f"Who saw the {word(n)}?", "sentence_bad": f"Who the {word(n)} saw?"}),
    "medmcqa": ("medmcqa/medmcqa.yaml", lambda n: {
        "question": f"Which {word(n)}?", "cop": n % 4,
        **{f"op{a}": w for a, w in zip("abcd", texts(n), strict=True)}}),
    "medqa_4options": ("medqa/medqa.yaml", lambda n: {
        "sent1": f"Which {word(n)}?", "label": n % 4,
        **{f"ending{i}": w for i, w in enumerate(texts(n))}}),
    "pubmedqa": ("pubmedqa/pubmedqa.yaml", lambda n: {
        "QUESTION": f"Is the {word(n)} cold?", "CONTEXTS": ["It was seen.", word(n)],
        "final_decision": ("yes", "no", "maybe")[n % 3]}),
    "headqa_en": ("headqa/headqa_en.yaml", lambda n: {
        "qtext": f"Name the {word(n)}", "ra": 1 + n % 4,
        "answers": [{"aid": i, "atext": w} for i, w in enumerate(texts(n))]}),
    "rte": ("glue/rte/default.yaml", pair),
    "qnli": ("glue/qnli/default.yaml", pair),
    "mrpc": ("glue/mrpc/default.yaml", pair),
    "qqp": ("glue/qqp/default.yaml", pair),
    "wnli": ("glue/wnli/default.yaml", pair),
    "mnli": ("glue/mnli/default.yaml", pair),
    "sglue_rte": ("super_glue/rte/default.yaml", pair),
    "anli_r1": ("anli/anli_r1.yaml", pair),
    "xnli_en": ("xnli/xnli_en.yaml", pair),
    "paws_en": ("paws-x/paws_en.yaml", pair),
    "storycloze_2016": ("storycloze/storycloze_2016.yaml", story),
    "xstorycloze_en": ("xstorycloze/default_en.yaml", story),
    "wsc": ("super_glue/wsc/default.yaml", lambda n: {
        "text": f"The {word(n)} broke since it was old.", "span1_index": 1, "span2_index":
        f"The {word(n)} broke since".count(" ") + 1, "span1_text": f"the {word(n)}",
        "span2_text": "it", "label": n % 2}),
    "multirc": ("super_glue/multirc/default.yaml", lambda n: {
        "paragraph": f"A {word(n)} lay there.", "question": "What lay there?",
        "answer": f"a {word(n + n % 2)}", "label": 1 - n % 2}),
    "qa4mre_2011": ("qa4mre/qa4mre_2011.yaml", lambda n: {
        "document_str": f" A {word(n)} was found. ", "question_str": "What was found?",
        "answer_options": {"answer_id": list("12345"), "answer_str": texts(n, 5)},
        "correct_answer_id": str(1 + n % 5)}),
    "prost": ("prost/corypaik_prost.yaml", lambda n: {
        "context": f"A person drops a {word(n)}.", "ex_question": "What is heaviest?",
        **dict(zip("ABCD", texts(n), strict=True)), "label": n % 4}),
    "ethics_cm": ("hendrycks_ethics/commonsense.yaml", lambda n: {
        "input": f"I threw the {word(n)} at my friend.", "label": n % 2}),
    "ethics_virtue": ("hendrycks_ethics/virtue.yaml", lambda n: {
        "scenario": f"Kim gave away the {word(n)}.", "trait": "generous", "label": n % 2}),
    "ethics_utilitarianism": ("hendrycks_ethics/utilitarianism.yaml", lambda n: {
        "activity": f"I found a {word(n)}.", "baseline": f"I lost a {word(n + 1)}."}),
    "asdiv": ("asdiv/default.yaml", lambda n: {
        "body": f"Kim has {n} cups.", "question": "How many cups?", "answer": f"{n} (cups)"}),
    "arithmetic_2da": ("arithmetic/arithmetic_2da.yaml", lambda n: {
        "context": f"Question: What is {n} plus 1{n}?\n\nAnswer:", "completion": f" {2 * n + 10}"}),
    "toxigen": ("toxigen/toxigen.yaml", lambda n: {
        "text": f"a {word(n)} is not welcome", "toxicity_ai": 1.0 + n, "toxicity_human": 2.5}),
    "webqs": ("webqs/webqs.yaml", lambda n: {
        "question": f"where is the {word(n)}",
        "answers": [word(n), f"{word(n)} town", word(n + 1)]}),
    "logiqa2": ("logiqa2/logiqa2.yaml", lambda n: {
        "text": f"Whoever has a {word(n)} smiles.", "question": "Who smiles?", "options": texts(n),
        "answer": n % 4}),
    "xcopa_et": ("xcopa/default_et.yaml", lambda n: {
        "premise": f"The {word(n)} fell.", "question": ("cause", "effect")[n % 2],
        "choice1": f"The {word(n + 1)} moved.", "choice2": "It was cold.", "label": n % 2}),
    "mutual": ("mutual/mutual.yaml", lambda n: {
        "article": f"m : where is the {word(n)} ? f : i do n't know .", "answers": "ABCD"[n % 4],
        "options": [f"m : then ask the {w} ." for w in texts(n)]}),
    "agieval_aqua_rat": ("agieval/aqua-rat.yaml", lambda n: {
        "query": f"Q: What is {n} + 2?\nA: Among A through D, the answer is",
        "choices": [f"({a}){n + i}" for i, a in enumerate("ABCD")], "gold": [n % 4]}),
    "mastermind_24_easy": ("mastermind/mastermind_24_easy.yaml", lambda n: {
        "instruction": f"The first guess was {word(n)}.", "answerKey": "ABCD"[n % 4],
        "options": {"label": list("ABCD"), "text": texts(n)}}),
    "moral_stories": ("moral_stories/moral_stories.yaml", lambda n: {
        "norm": "it is good to share.", "situation": f"kim has a {word(n)}.",
        "intention": "kim wants to share.", "moral_action": f"Kim shares the {word(n)}.",
        "immoral_action": "Kim hides it."}),
    "inverse_scaling_quote_repetition": (
        "inverse_scaling/inverse_scaling_quote_repetition.yaml", lambda n: {
        "prompt": f"Repeat: the {word(n)} is", "classes": [" old", f" {word(n + 1)}"],
        "answer_index": n % 2}),
}  # fmt: skip


# Where a file's parts have names of their own.
PARTS: Mapping[str, str] = {
    "mnli": "validation_split: validation\n",
    "anli_r1": "training_split: train\nvalidation_split: validation\ntest_split: test\n",
    "xstorycloze_en": "validation_split: validation\n",
}


def sum_of(n: int) -> dict[str, Any]:
    """A sum in the columns of GSM8K, GSM-Plus, MGSM, MATH and AIME."""
    said = f"It is {n} + 2 = {n + 2}.\n#### {n + 2}"
    return {"question": f"What is {n} + 2?", "answer": said, "solution": said}


WRITTEN: Known = {
    "drop": ("drop/default.yaml", drop),
    "gsm8k": ("gsm8k/gsm8k.yaml", sum_of),
    "gsm8k_cot": ("gsm8k/gsm8k-cot.yaml", sum_of),
    "gsm_plus": ("gsm_plus/gsm_plus.yaml", sum_of),
    "mgsm_direct_en": ("mgsm/direct/mgsm_direct_en.yaml", lambda n: {
        "question": f"What is 1{n} + 2?", "answer": None, "answer_number": n + 12}),
    "hendrycks_math_algebra": ("hendrycks_math/hendrycks_math_algebra.yaml", lambda n: {
        "problem": f"Half of ${n}$?", "solution": f"It is $\\boxed{{\\frac{{{n}}}{{2}}}}$."}),
    "aime24": ("aime/aime24.yaml", lambda n: {"Problem": f"What is {n} + 2?", "Answer": n + 2}),
    "mmlu_pro_math": ("mmlu_pro/mmlu_pro_math.yaml", lambda n: {
        "question": f"What is {n} + 2?", "options": [str(n + i) for i in range(10)], "answer": "C",
        "category": "math", "cot_content": "A: Let's think step by step. The answer is (C)."}),
    "mmlu_anatomy_generative": ("mmlu/generative/mmlu_anatomy.yaml", lambda n: {
        "question": f"Where is the {word(n)}?", "choices": texts(n), "answer": n % 4}),
    "bbh_zeroshot_snarks": ("bbh/zeroshot/snarks.yaml", lambda n: {
        "input": f"Which is sarcastic?\n(A) a {word(n)}\n(B) no {word(n)}", "target": "(B)"}),
    "bbh_zeroshot_navigate": ("bbh/zeroshot/navigate.yaml", lambda n: {
        "input": f"Take {n} steps. Do you return?", "target": ("Yes", "No")[n % 2]}),
    "bbh_cot_fewshot_snarks": ("bbh/cot_fewshot/snarks.yaml", lambda n: {
        "input": f"Which is sarcastic?\n(A) a {word(n)}\n(B) no {word(n)}", "target": "(A)"}),
    "babi": ("babi/babi.yaml", lambda n: {
        "passage": f"Kim took the {word(n)}.\n", "question": "What has Kim?", "answer": word(n)}),
    "anagrams1": ("unscramble/anagrams1.yaml", lambda n: {
        "context": f"Unscramble: {word(n)[::-1]} =", "completion": word(n)}),
    "coqa": ("coqa/default.yaml", lambda n: {
        "story": f"A {word(n)} of stone stood by the {word(n + 1)}.",
        "questions": {"input_text": ["What stood there?", "By what?"]},
        "answers": {"input_text": [word(n), f"the {word(n + 1)} of stone"]},
        "additional_answers": {"0": {"input_text": [word(n), f"by a {word(n + 1)}"]}}}),
    "nq_open": ("nq_open/nq_open.yaml", lambda n: {
        "question": f"what stands by the {word(n)}", "answer": [word(n), f"the {word(n + 1)}"]}),
    "triviaqa": ("triviaqa/default.yaml", lambda n: {
        "question": f"What is by the {word(n)}", "answer": {"aliases": [word(n), word(n + 1)]}}),
}  # fmt: skip

# What the files above do not show: a line or a few on top of ARC's.
SHAPES: Mapping[str, str] = {
    "own_shots": "num_fewshot: 2\n",
    "own_first": "num_fewshot: 3\nfewshot_split: train\nfewshot_config: {sampler: first_n}\n",
    "own_same_split": "num_fewshot: 2\nfewshot_split: test\ntraining_split: null\n"
    "validation_split: null\n",
    "own_begun": 'gen_prefix: "It is"\n',
    "own_begun_shots": 'gen_prefix: "It is"\nnum_fewshot: 2\n',
    "own_begun_column": 'gen_prefix: "{{question[:4]}}"\n',
    "own_delimiter": 'target_delimiter: "\\n"\n',
    "own_no_delimiter": 'target_delimiter: ""\n',
    "own_space": 'doc_to_text: "{{question}} "\n',
    "own_description": 'description: "School questions.\\n\\n"\nnum_fewshot: 1\n'
    'fewshot_delimiter: "\\n---\\n"\n',
    "own_targets": 'doc_to_target: "{{[choices.label.index(answerKey), 1]}}"\n',
    "own_text_target": 'doc_to_target: "{{choices.text[choices.label.index(answerKey)]}}"\n',
    "own_bytes": "doc_to_choice: ['河', 'stone', 'Straße der Brücken', 'sun']\n"
    "metric_list:\n  - metric: acc\n  - metric: acc_bytes\n  - metric: acc_norm\n",
    "own_mutual": "metric_list:\n  - metric: acc\n  - metric: acc_mutual_info\n",
    "own_exact": "metric_list:\n  - metric: exact_match\n  - metric: acc\n",
}

GROUPS = {
    "own_weighted": "group: own_weighted\ntask: [sst2, piqa]\n"
    "aggregate_metric_list: [{metric: acc, weight_by_size: true}]\n",
    "own_plain": "group: own_plain\ntask: [sst2, own_longer]\n"
    "aggregate_metric_list: [{metric: acc, weight_by_size: false}]\n",
    "own_nested": "group: own_nested\ntask:\n  - own_plain\n  - group: inner\n    task: [piqa]\n"
    "aggregate_metric_list: [{metric: acc, weight_by_size: true}]\n",
}


def write(folder: Path, root: Path) -> None:
    """All files and rows into a folder for `--include-path`."""
    for name, (file, row) in {**READ, **WRITTEN}.items():
        _write(folder, name, root / file, row, PARTS.get(name, ""))
    for name, text in SHAPES.items():
        _write(folder, name, root / READ["arc_easy"][0], arc, text)
    _write(folder, "own_longer", root / READ["piqa"][0], READ["piqa"][1], rows=10)
    for name, text in GROUPS.items():
        (folder / f"{name}.yaml").write_text(text)


def _write(
    folder: Path, name: str, included: Path, row: Row, text: str = "", rows: int = ROWS
) -> None:
    files = {}
    for split, size, start in (("train", SHOTS, 100), ("validation", rows, 0), ("test", rows, 0),
                               ("dev", SHOTS, 200)):  # fmt: skip
        files[split] = str(folder / f"{name}-{split}.jsonl")
        lines = (json.dumps(row(start + n)) + "\n" for n in range(size))
        Path(files[split]).write_text("".join(lines))
    (folder / f"{name}.yaml").write_text(
        f"include: {included}\ntask: {name}\ntag: null\ndataset_path: json\ndataset_name: null\n"
        f"dataset_kwargs: {{data_files: {json.dumps(files)}}}\n{text}"
    )
