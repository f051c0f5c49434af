"""Programs judged by tests, in a sandbox."""

from harness.verifiers.code.sandbox import ALLOW, Sandbox, allow, find_sandbox
from harness.verifiers.code.verifier import CodeVerifier

__all__ = ["ALLOW", "CodeVerifier", "Sandbox", "allow", "find_sandbox"]
