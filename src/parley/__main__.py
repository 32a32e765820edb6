from parley.site.cli import main

main()
