"""The task file that `harness tasks new` writes, and its questions."""

TASK = """# A task without code.
#
#   harness tasks check NAME.yaml    tries it, and prints two problems as a model sees them
#   harness eval --task NAME.yaml --budget greedy
#
# What is commented out is what is taken anyway, or an example.

summary: One line about these questions
version: "1"                # raise it when questions or prompt change: it names runs

data: NAME.csv              # .csv, .tsv, .jsonl or .json, beside this file
# hub: {name: ORG/NAME, config: main, split: test, revision: 0123abc}   # instead of data

# Where a problem's parts stand: a column's name, or a Jinja template such as "{{ body }} {{ q }}".
fields:
  question: question
  answer: answer
  # choices: [A, B, C, D]   # columns of the choices, or one column that holds a list
  # lure: lure              # the wrong answer that tempts; its share is reported
  # id: id
  # cluster: topic          # rows that stand or fall together: intervals respect them
  # variant: variant

factors: [topic]            # columns by which accuracy is reported

# prompt: |
#   {{ question }}
#   End with "Answer: <number>".
# system: You are a careful mathematician.
# begin: ""                 # what the answer begins with
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
