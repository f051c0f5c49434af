"""One set of names of secrets, for addresses, variables of the environment, and options."""

from __future__ import annotations

import pytest

from harness.core import UsageError
from harness.core.addresses import check_address, shown
from harness.core.secrets import check_option, environment_secrets, in_texts

SECRET = [
    "MYAPIKEY", "HF_TOKEN", "DB_PASSWORD_PROD", "MYSQL_PWD", "X_AUTH", "OAUTH", "X-Amz-Signature",
    "sig",
]  # fmt: skip
NONE = ["GIT_AUTHOR_NAME", "DESIGN", "AUTHORITY", "ASSIGNED", "LANG", "SIGNED_OFF"]


@pytest.mark.parametrize("name", SECRET)
def test_a_secrets_name_is_known_everywhere(name: str) -> None:
    assert environment_secrets({name: "hunter22hunter"}) == {name: "hunter22hunter"}
    assert shown(f"http://h/v1?a=1&{name}=hunter22#x") == f"http://h/v1?a=1&{name}=…#x"
    with pytest.raises(UsageError):
        check_address(f"http://h/v1?{name}=hunter22")


@pytest.mark.parametrize("name", NONE)
def test_another_name_is_none(name: str) -> None:
    assert environment_secrets({name: "hunter22hunter"}) == {}
    assert shown(f"http://h/v1?{name}=x") == f"http://h/v1?{name}=x"
    check_address(f"http://h/v1?{name}=x")
    check_option("the option", name, "x")


@pytest.mark.parametrize("name", ["api_key", "apikey", "x-api-key", "auth", "headers", "pwd"])
def test_an_option_that_holds_one_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"holds a secret.*api_key_env"):
        check_option("the model's option", name, "hunter22")


@pytest.mark.parametrize("name", ["token_ids", "tokenizer", "max_tokens_field", "key_points"])
def test_an_option_that_holds_none_is_taken(name: str) -> None:
    check_option("the model's option", name, "hunter22")


def test_texts_are_changed_wherever_they_stand_but_where_they_are_kept() -> None:
    value = {"a": ["x", {"identity": "x", "b": ("x", 1, None, True)}], "identity": {"c": "x"}}
    assert in_texts(value, str.upper, ("identity",)) == {
        "a": ["X", {"identity": "x", "b": ["X", 1, None, True]}],
        "identity": {"c": "x"},
    }
