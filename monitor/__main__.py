"""`python -m monitor`, and the `monitor` command."""


def main() -> None:
    """Run the command line."""
    # Here, since every worker of the sandbox imports the main module once more: it shall not load the whole program.
    from monitor.cli import main as run  # noqa: PLC0415

    run()


if __name__ == "__main__":
    main()
