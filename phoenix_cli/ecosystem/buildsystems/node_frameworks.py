"""Frameworks and development servers of JavaScript (row 12): their command lines, default ports and configuration files."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.node_manifests import Manifest

_VITE = r"\bvite(?![-\w./:@])(?!\s+(?:build|preview|optimize))"


@dataclass(frozen=True, slots=True)
class Framework:
    """One row: ``command`` is how its server is typed in scripts, ``port`` what that listens on when nothing says otherwise.

    ``production`` is the port of the server that a build makes and ``node`` starts, ``configs`` are the stems of files
    that may set a port. ``depends`` asks for one of ``packages`` besides the command, for those that are typed ``vite``.
    ``dev`` and ``build`` are what one types where no script is.
    """

    name: str
    packages: tuple[str, ...]
    command: re.Pattern[str]
    port: int | None
    production: int | None = None
    configs: tuple[str, ...] = ()
    depends: bool = False
    dev: tuple[str, ...] = ()
    build: tuple[str, ...] = ()


def _row(name: str, packages: str, command: str, port: int | None, production: int | None = None, configs: str = "",
         depends: bool = False, dev: str = "", build: str = "") -> Framework:  # fmt: skip
    return Framework(
        name, tuple(packages.split()), re.compile(command), port, production, tuple(configs.split()), depends,
        tuple(dev.split()), tuple(build.split()),
    )  # fmt: skip


#: Frameworks before the bundlers that they are built on: the first row that fits is taken.
FRAMEWORKS: tuple[Framework, ...] = (
    _row("next", "next", r"\bnext (?:dev|start)\b", 3000, 3000, dev="next dev", build="next build"),
    _row("nuxt", "nuxt nuxt3 nuxt-edge", r"\b(?:nuxt|nuxi|nuxt3|nuxt-ts) (?:dev|start)\b|\bnuxt(?=\s*$)", 3000, 3000,
         "nuxt.config", dev="nuxt dev", build="nuxt build"),
    _row("astro", "astro", r"\bastro (?:dev|start)\b", 4321, 4321, "astro.config", dev="astro dev", build="astro build"),
    _row("tanstack-start", "@tanstack/react-start @tanstack/solid-start @tanstack/start", rf"{_VITE}|\bvinxi (?:dev|start)\b",
         3000, 3000, "vite.config app.config", depends=True),
    _row("sveltekit", "@sveltejs/kit", _VITE, 5173, 3000, "vite.config", depends=True),
    _row("react-router", "@react-router/dev", r"\breact-router dev\b", 5173, 3000, "vite.config"),
    _row("react-router-serve", "@react-router/serve @remix-run/serve", r"\b(?:react-router|remix)-serve\b", 3000, 3000),
    _row("remix-vite", "@remix-run/dev", r"\bremix vite:dev\b", 5173, 3000, "vite.config"),
    _row("remix", "@remix-run/dev", r"\bremix dev\b", 3000, 3000),
    _row("solid-start", "@solidjs/start solid-start", rf"\b(?:vinxi|solid-start) (?:dev|start)\b|{_VITE}", 3000, 3000,
         "app.config", depends=True),
    _row("qwik", "@builder.io/qwik-city @qwik.dev/router @builder.io/qwik", _VITE, 5173, 3000, "vite.config", depends=True),
    _row("vike", "vike vite-plugin-ssr", rf"\bvike dev\b|{_VITE}", 3000, 3000, "vite.config", depends=True),
    _row("analog", "@analogjs/platform", _VITE, 5173, 3000, "vite.config", depends=True),
    _row("redwood", "@redwoodjs/core", r"\b(?:rw|redwood) (?:dev|serve)\b", 8910, 8910),
    _row("blitz", "blitz", r"\bblitz (?:dev|start)\b", 3000, 3000),
    _row("waku", "waku", r"\bwaku (?:dev|start)\b", 3000, 3000),
    _row("gatsby", "gatsby", r"\bgatsby (?:develop|start)\b", 8000, dev="gatsby develop", build="gatsby build"),
    _row("docusaurus", "@docusaurus/core docusaurus", r"\bdocusaurus(?:-start| start)\b", 3000,
         dev="docusaurus start", build="docusaurus build"),
    _row("vitepress", "vitepress", r"\bvitepress dev\b|\bvitepress(?=\s*$)", 5173, configs="vite.config"),
    _row("vuepress", "vuepress", r"\bvuepress(?:-vite|-webpack)? dev\b", 8080),
    _row("eleventy", "@11ty/eleventy", r"\beleventy\b.*--(?:serve|watch)", 8080),
    _row("gridsome", "gridsome", r"\bgridsome develop\b", 8080),
    _row("hexo", "hexo", r"\bhexo (?:server|s)\b", 4000),
    _row("observable", "@observablehq/framework", r"\bobservable (?:preview|dev)\b", 3000),
    _row("slidev", "@slidev/cli", r"\bslidev(?=\s|$)(?! (?:build|export))", 3030),
    _row("sanity", "sanity", r"\bsanity (?:dev|start)\b", 3333),
    _row("angular", "@angular/cli", r"\bng (?:serve|s|start)\b", 4200, configs="angular", dev="ng serve", build="ng build"),
    _row("vue-cli", "@vue/cli-service", r"\bvue-cli-service serve\b", 8080, configs="vue.config"),
    _row("create-react-app", "react-scripts", r"\b(?:react-scripts|react-app-rewired|craco) start\b", 3000),
    _row("ember", "ember-cli", r"\bember (?:serve|server|s)\b", 4200),
    _row("quasar", "quasar @quasar/app-vite @quasar/app-webpack", r"\bquasar dev\b", 9000, configs="quasar.config"),
    _row("ionic", "@ionic/cli", r"\bionic (?:serve|s)\b", 8100),
    _row("expo", "expo", r"\bexpo start\b", 8081, dev="expo start"),
    _row("react-native", "react-native", r"\breact-native start\b", 8081, dev="react-native start"),
    _row("nest", "@nestjs/core", r"\bnest start\b", 3000),
    _row("strapi", "@strapi/strapi strapi", r"\bstrapi (?:develop|dev|start)\b", 1337, 1337),
    _row("keystone", "@keystone-6/core", r"\bkeystone (?:dev|start)\b", 3000, 3000),
    _row("medusa", "@medusajs/medusa", r"\bmedusa (?:develop|start)\b", 9000, 9000),
    _row("directus", "directus", r"\bdirectus start\b", 8055, 8055),
    _row("adonis", "@adonisjs/core", r"\b(?:node ace|adonis) serve\b", 3333, 3333),
    _row("sails", "sails", r"\bsails lift\b", 1337, 1337),
    _row("meteor", "meteor-node-stubs", r"\bmeteor(?: run)?(?=$|\s+--)", 3000),
    _row("mastra", "mastra", r"\bmastra (?:dev|start)\b", 4111, 4111),
    _row("json-server", "json-server", r"\bjson-server\b", 3000),
    _row("wrangler", "wrangler", r"\bwrangler (?:pages )?dev\b", 8787, configs="wrangler"),
    _row("netlify", "netlify-cli", r"\b(?:netlify|ntl) dev\b", 8888),
    _row("vercel", "vercel", r"\bvercel dev\b", 3000),
    _row("functions", "firebase-functions", r"\bfirebase (?:emulators:start|serve)\b", 5000),
    _row("serverless", "serverless-offline", r"\b(?:serverless|sls) offline\b", 3000),
    _row("umi", "umi @umijs/max", r"\b(?:umi|max) dev\b", 8000),
    _row("modern", "@modern-js/app-tools", r"\bmodern (?:dev|serve)\b", 8080),
    _row("rsbuild", "@rsbuild/core", r"\brsbuild(?: dev)?(?! (?:build|preview))(?=\s|$)", 3000, configs="rsbuild.config"),
    _row("farm", "@farmfe/core", r"\bfarm(?: start| dev)?(?=\s*$)", 9000, configs="farm.config"),
    _row("stencil", "@stencil/core", r"\bstencil build\b.*--serve", 3333),
    _row("parcel", "parcel parcel-bundler", r"\bparcel(?! (?:build|watch|help))(?=\s|$)", 1234),
    _row("webpack-dev-server", "webpack-dev-server", r"\bwebpack(?:-dev-server\b| (?:serve|s)\b)|\brspack (?:serve|dev)\b", 8080,
         configs="webpack.config webpack.dev webpack.config.dev rspack.config webpack.dev.config"),
    _row("snowpack", "snowpack", r"\bsnowpack dev\b", 8080),
    _row("tsdx-site", "live-server", r"\blive-server\b", 8080),
    _row("http-server", "http-server", r"\bhttp-server\b", 8080),
    _row("serve", "serve", r"(?:^|&&|npx)\s*serve\b", 3000),
    _row("vite-preview", "vite", r"\bvite preview\b", 4173),
    _row("vite", "vite", _VITE, 5173, configs="vite.config"),
)  # fmt: skip

#: Frameworks that need a page of their own before they serve an application: as libraries' tools they serve none.
NEEDS_PAGE = frozenset(("vite", "parcel", "webpack-dev-server", "farm", "rsbuild", "snowpack"))

#: Packages that listen: an application that has one of them and starts with ``node`` is a server.
SERVERS = (
    "express", "fastify", "koa", "@hapi/hapi", "hapi", "restify", "polka", "@nestjs/core", "hono", "@hono/node-server", "elysia",
    "ws", "socket.io", "@apollo/server", "apollo-server", "apollo-server-express", "graphql-yoga", "@feathersjs/feathers",
    "moleculer", "@trpc/server", "h3", "micro", "parse-server", "@adonisjs/core", "sails", "probot", "@koa/router",
    "uWebSockets.js", "egg", "midway", "@loopback/core", "hyper-express", "peer", "@slack/bolt", "discord.js", "telegraf",
    "grammy", "@fastify/autoload",
)  # fmt: skip


def framework_of(manifest: Manifest, text: str) -> Framework | None:
    """Return the framework whose server a script's text runs."""
    for framework in FRAMEWORKS:
        if framework.command.search(text) and (not framework.depends or manifest.depends_on(*framework.packages)):
            return framework
    return None


def built_with(manifest: Manifest) -> Framework | None:
    """Return the framework of a manifest's dependencies whose build makes a server of its own."""
    return next((one for one in FRAMEWORKS if one.production and manifest.depends_on(*one.packages)), None)
