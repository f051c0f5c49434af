"""The task file that `harness tasks new` writes, and its questions."""

TASK = """# A task without code.
#
#   harness tasks check NAME.yaml    tests it, and prints two problems as the model sees them
#   harness eval --task NAME.yaml --budget greedy
#
# Commented lines show the defaults, or examples.

summary: One line about these questions
version: "1"                # raise it when questions or prompt change: it names runs

data: NAME.csv              # .csv, .tsv, .jsonl or .json, next to this file
# hub: {name: ORG/NAME, config: main, split: test, revision: 0123abc}   # instead of data

# Where a row has the parts of a problem: a column's name, or a template: "{{ body }} {{ q }}".
fields:
  question: question
  answer: answer
  # choices: [A, B, C, D]   # columns of the choices, or one column that holds a list
  # lure: lure              # the wrong answer that tempts; its share is reported
  # id: id
  # cluster: topic          # rows that tend to be right or wrong together, for the intervals
  # variant: variant

factors: [topic]            # columns to break accuracy down by

# prompt: |
#   {{ question }}
#   End with "Answer: <number>".
# system: You are a careful mathematician.
# begin: ""                 # the start of the model's answer
# stop: ["\\n\\nQuestion:"]   # ends an answer

# verifier: math            # guessed: choice, math for numbers and formulas, else accepted
# verifier_options: {}      # see docs/verifiers.md

# shots: 0                  # worked examples before each question …
# examples: examples.csv    # … from this file (a split of the hub); else from the other rows
"""

QUESTIONS = """question,answer,topic
What is 17 + 25?,42,sums
"A shelf holds 6 boxes of 8 pens. How many pens are there?",48,products
What is half of 9?,4.5,fractions
"A train leaves at 9:40 and arrives at 11:05. How many minutes does it take?",85,time
What is 3 squared minus 2?,7,powers
"""
