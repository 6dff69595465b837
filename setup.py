"""All settings stand in setup.cfg; this file is there for tools that look for it."""

from setuptools import setup

setup()
