"""Passwords: argon2id, two at a time, and nobody learns whether a name exists."""

from __future__ import annotations

import asyncio
import re
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from console.access.passwords import ALPHABET, AT_ONCE, WAITING, Passwords, first_password
from console.wire.problems import ProblemError
from tests.support.console.access import CHEAP, problem_code


class CountingHasher(PasswordHasher):
    """Counts how many hashes are made at a time, and holds each up until it is let go."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.now = self.most = self.verified = 0
        self.go = threading.Event()
        self.lock = threading.Lock()

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        with self.lock:
            self.now += 1
            self.verified += 1
            self.most = max(self.most, self.now)
        self.go.wait(10)
        with self.lock:
            self.now -= 1
        return super().verify(hash, password)


def test_a_hash_is_argon2id_with_64_mib() -> None:
    """The parameters of RFC 9106's second recommended option."""
    parameters = extract_parameters(Passwords().hashed_now("a password of some length"))
    assert parameters.type is Type.ID
    assert parameters.memory_cost == 64 * 1024
    assert parameters.time_cost >= 3


def test_the_right_password_holds_and_no_other() -> None:
    """And none for who does not exist, whatever they type; nor for a hash that is none."""
    passwords = Passwords(CHEAP)
    known = passwords.hashed_now("één wachtwoord")
    assert asyncio.run(passwords.holds("één wachtwoord", known))
    assert asyncio.run(passwords.holds(unicodedata.normalize("NFD", "één wachtwoord"), known))
    assert not asyncio.run(passwords.holds("een wachtwoord", known))
    assert not asyncio.run(passwords.holds("één wachtwoord", None))
    assert not asyncio.run(passwords.holds("één wachtwoord", "no hash"))


def test_a_name_that_nobody_has_is_hashed_as_well() -> None:
    """So it takes as long: the same work is done, which is what a test can see."""
    hasher = CountingHasher()
    hasher.go.set()
    assert not asyncio.run(Passwords(hasher).holds("anything", None))
    assert hasher.verified == 1


def test_two_are_hashed_at_a_time_and_a_crowd_is_told_to_wait() -> None:
    """64 MiB each; who comes when too many wait already gets an answer at once."""
    hasher = CountingHasher()
    passwords = Passwords(hasher)
    known = CHEAP.hash("x")

    async def crowd() -> list[object]:
        tries = [asyncio.ensure_future(passwords.holds("x", known)) for _ in range(WAITING)]
        await asyncio.sleep(0.05)
        with pytest.raises(ProblemError) as caught:
            await passwords.holds("x", known)
        assert problem_code(caught) == (429, "too_many_logins")
        assert caught.value.retry_after_s
        hasher.go.set()
        return list(await asyncio.gather(*tries))

    assert asyncio.run(crowd()) == [True] * WAITING
    assert hasher.most == AT_ONCE


def test_nobody_waits_to_log_in_for_what_else_takes_threads() -> None:
    """Such as a broker that does not answer those who ask for pictures."""
    passwords, go = Passwords(CHEAP), threading.Event()
    known = CHEAP.hash("x")

    async def busy() -> bool:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        waiting = asyncio.ensure_future(asyncio.to_thread(go.wait, 10))
        await asyncio.sleep(0)
        try:
            return await asyncio.wait_for(passwords.holds("x", known), 5)
        finally:
            go.set()
            await waiting

    assert asyncio.run(busy())


def test_its_threads_end_with_the_loop() -> None:
    """A console that stops leaves none behind."""
    passwords = Passwords(CHEAP)
    before = set(threading.enumerate())
    asyncio.run(passwords.hashed("een wachtwoord"))
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()


def test_a_first_password_is_random_and_can_be_typed() -> None:
    """Four groups of four of 32 signs; none is like another."""
    assert len(set(ALPHABET)) == 32
    found = {first_password() for _ in range(200)}
    assert len(found) == 200
    assert all(re.fullmatch(rf"([{ALPHABET}]{{4}}-){{3}}[{ALPHABET}]{{4}}", each) for each in found)
