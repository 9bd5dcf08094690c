"""What ``--help`` shows below a command's options: examples, what its figures mean, exit statuses."""

ALL = """examples:
  panmunjom run ukraine                                  the whole argument: endings, verdicts, a report
  panmunjom run ukraine --view pooled --futures 100000   one view, more futures
  panmunjom run ukraine --view fox --do "usa_stops at 2025-06-01"
  panmunjom why ukraine bare_armistice                   what moves it, what is luck, who said what behind it
  panmunjom new my-war && panmunjom run my-war           a small case of your own
  panmunjom check my-war                                 what is wrong with it, line by line
  panmunjom read article.html                            what an article claims: figures, dates, conditions
  panmunjom test article.html                            does its conclusion follow? one page
"""

READ = """examples:
  panmunjom read article.txt
  panmunjom read report.pdf --date 2024-11-14 --source report --yaml
  panmunjom read *.html --jsonl > claims.jsonl
  panmunjom read article.txt --model http://localhost:8080/v1

Text, HTML, PDF and DOCX in English and German. PDF and HTML need: pip install 'panmunjom[read]'
Nothing is sent anywhere, unless --model names an address. A key for it is taken from PANMUNJOM_MODEL_KEY.
exit status: 0 done, 1 a file or the call is wrong (the other files are read all the same), 130 stopped by Ctrl-C.
"""

RUN = """examples:
  panmunjom run ukraine
  panmunjom run ukraine --view pooled@2022-04-01 --until 2025-04-01
  panmunjom run ukraine --view pooled --set "aid_level=1 to 2" --json
  panmunjom run ukraine --view pooled --do "ceasefire at 2025-06-01"
  panmunjom run ukraine --as-of 2023-01-01                only what was known by then

views: those in the case's folder 'views', 'pooled' (the case's default date) and 'pooled@DATE'.
exit status: 0 done, 1 the case or the call is wrong, 2 the call cannot be read, 130 stopped by Ctrl-C.
"""

CHECK = """examples:
  panmunjom check ukraine
  panmunjom check my-war --documents ~/articles          are the passages in the documents to the letter?
  panmunjom check my-war --step                          does a shorter step change the endings?

exit status: 0 no errors, 1 errors, 2 the call cannot be read.
"""

FUTURES = """examples:
  panmunjom futures ukraine                              a million futures of the pooled view, to runs/ukraine/
  panmunjom futures ukraine --view fox --futures 10000000 --out fox
  panmunjom futures my-war --format csv                  without pyarrow (pip install 'panmunjom[data]')

The same command on the same folder continues after Ctrl-C, a crash or a full disk, with the same result.
exit status: 0 done, 1 an error, or over 5% of the futures stopped being finite, 130 stopped by Ctrl-C (the rest is kept).
"""

REPLAY = """examples:
  panmunjom replay ukraine --future 17                   the same future 17 as in a run with the same options
  panmunjom replay ukraine --future 17 --columns "men[russia],men[ukraine]"
  panmunjom replay ukraine --future 17 --plain --out 17.csv

Where the future stopped being finite, it says which variable broke, when, and what went into it.
"""

CLAIMS = """examples:
  panmunjom claims ukraine --source fox                   what one document claims
  panmunjom claims ukraine --about casualties_claimed     who says what of a parameter, and what the pool makes of it
  panmunjom claims ukraine --about men_at_start --as-of 2024-07-01
  panmunjom claims my-war --proposed                      what a tool has found and nobody has accepted
  panmunjom claims my-war --accept courier-9
  panmunjom claims my-war --reject courier-9 --why "it is about another town"
  panmunjom claims my-war --edit courier-9 "value=4 t/day" hedge=about credibility=3
  panmunjom claims my-war --edit courier-9                in the editor that EDITOR names

Only the lines of what is changed are written, after the case was checked with them; KEY= removes an entry.
"""

WHY = """examples:
  panmunjom why ukraine armistice_bare                   what moves it, what is luck, who said what behind it
  panmunjom why ukraine "bare armistice" --view fox --documents ~/articles
  panmunjom why ukraine nuclear_used --without fox-12 --without fox-13

A share is of the variance of the outcome, which a future has or has not; its interval is 95%. What is not above the
noise, as parameters show it that nothing reads, is not listed. Shares are from the first 16384 futures.
--json: ending or question, label, p, se; figures and luck (shares that add up to 1; luck.differ: how many futures end
otherwise with other luck); floor; parameters (share, low, high, lower_third, upper_third, from, used, claims with
place, sha256, speaker and, with --documents, quote); claimed (where the first have none, the largest with claims);
fixed (by claims, at one figure); together (correlated: shares overlap); assumptions (no claim behind them, largest
first); theories (low, high, turned); without (parameters, outcomes).
exit status: 0 done, 1 the case or the call is wrong, 2 the call cannot be read, 130 stopped by Ctrl-C.
"""

SCHEMA = """examples:
  panmunjom schema                        which schema belongs to which files, and the line to put into a file
  panmunjom schema world > world.json     a copy of your own
  panmunjom schema --json                 for the settings of VS Code's YAML extension
"""

TEST = """examples:
  panmunjom test article.html                            read it, mend the proposals on the screen, write one page
  panmunjom test article.txt --yes --date 2024-11-14     ask nothing
  panmunjom test article.pdf --proposals article.yaml    write the proposals; after mending, the same again

A document from which nothing can be matched with all its parts is "not enough to test": exit status 0 and the reasons.
"""
