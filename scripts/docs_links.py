"""A hook of mkdocs. Documents link to sources outside docs/; in the site these lie in source/, as text."""
import pathlib
import posixpath
import re
import shutil

linked = set()


def on_page_markdown(markdown, page, config, files):
    folder = posixpath.dirname(page.file.src_uri)

    def replace(match):
        text, target = match.groups()
        path = posixpath.normpath(posixpath.join("docs", folder, target))
        if path.startswith("docs/"):
            return match.group(0)
        if (pathlib.Path(path) / "main.cpp").exists():
            path += "/main.cpp"
        linked.add(path)
        return f'<a href="{"../" * page.file.src_uri.count("/")}source/{path}.txt">{text}</a>'

    return re.sub(r"\[([^\]]*)\]\((\.\./[^)#]*)\)", replace, markdown)


def on_post_build(config):
    for path in linked:
        to = pathlib.Path(config["site_dir"]) / "source" / (path + ".txt")
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)
