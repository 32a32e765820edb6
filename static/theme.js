/* sources 107c9b2942e4a52151733c4a77abf843f9bf3a1a93ba8ded39a82f0be07defd9 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
