"""The study file that `harness study new` writes."""

TEMPLATE = '''#:schema ./study.schema.json
# A study: which models are measured on which tasks under which budgets.
#
#   harness eval --study NAME.toml --dry-run   predict the cost
#   harness eval --study NAME.toml             run it, or resume it after an interruption
#   harness site build --study NAME.toml       publish it
#
# API keys come from the environment (OPENAI_API_KEY …), never from this file.

title = "NAME"
# text = """
# A paragraph or two for the reader of the site.
# """

limit = 20 # use only the first problems of each task; leave it out for all
seed = 0

# What may be spent on one problem; braces expand to a sweep. `harness eval --help` lists budgets.
budgets = ["greedy", "think@{16,64}"]

# Limits on the whole study, over all its commands. max_usd needs a price for each model.
[ceilings]
max_tokens = 1_000_000
# max_usd = 5.0
# max_seconds = 3600 # of one command

[[models]]
model = "onnx:tiny-s" # ships with harness
name = "Tiny S" # in tables and on pages

# [[models]]
# model = "openai:gpt-5-mini"
# name = "GPT-5 mini"
# args = { efforts = "low,medium,high" } # `harness models options openai` lists them
# price = { input = 0.25, output = 2.0 } # overrides the price book's, per million tokens
# budgets = ["effort@{low,high}"] # overrides those above

[[tasks]]
task = "decimals"
# options = { language = "en" }

# [[tasks]]
# task = "my_questions.csv" # a file next to this one
# limit = 50
# system = "Answer with the number alone." # replaces the task's; so do prompt and shots

# [judge] # decides whether the flaw of a trap was recognised
# model = "openai:gpt-5-mini"

# Figures that you publish: exit code 1 if a run no longer agrees.
# [[expect]]
# model = "Tiny S"
# task = "decimals"
# budget = "think@64"
# value = 0.7
# tolerance = 0.1 # without it, the 95% interval of the measured figure must contain the value
'''
